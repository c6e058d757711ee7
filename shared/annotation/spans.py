"""An annotation made to cover a stretch of time exactly, and its repeats merged: what comparing and drawing ask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.music.chord_types import NO_CHORD


def cover(
    timed: TimedChords, start_s: float, end_s: float, between: str = NO_CHORD, around: str = NO_CHORD
) -> TimedChords:
    """Return the chords between two times, cut there, without a gap.

    Args:
        timed: the annotation.
        start_s: where the result begins.
        end_s: where it ends.
        between: label of the gaps between two chords.
        around: label of what lies before the first chord and after the last.

    Raises:
        InputError: when the end does not lie behind the start.
    """
    if not end_s > start_s:
        raise InputError(f"chords cannot cover {start_s:g} to {end_s:g} s: the end must lie behind the start")
    rows: list[tuple[float, float, str]] = []
    reached, filler = start_s, around
    for (start, end), label in zip(np.clip(timed.intervals_s, start_s, end_s).tolist(), timed.labels, strict=True):
        if end > start:
            rows += [(reached, start, filler)] if start > reached else []
            rows.append((start, end, label))
            reached, filler = end, between
    rows += [(reached, end_s, around)] if end_s > reached else []
    return _timed(rows)


def merge(timed: TimedChords) -> TimedChords:
    """Return the same chords, those that follow each other without a gap and under one label as one."""
    rows: list[tuple[float, float, str]] = []
    for (start, end), label in zip(timed.intervals_s.tolist(), timed.labels, strict=True):
        goes_on = bool(rows) and rows[-1][1:] == (start, label)
        rows.append((rows.pop()[0] if goes_on else start, end, label))
    return _timed(rows)


def _timed(rows: Sequence[tuple[float, float, str]]) -> TimedChords:
    return TimedChords(np.array([row[:2] for row in rows]).reshape(-1, 2), tuple(row[2] for row in rows))
