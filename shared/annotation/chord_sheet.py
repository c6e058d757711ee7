"""Chords as a sheet to play from: bars of beats, a name where the chord changes, a dot where it goes on.

    0:00  | Am . F .     | C . . .      | Am . F .     | G . . G/B    |

Every bar begins with a name. A beat has the chord that fills most of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.annotation.lead_sheet_names import key_of, lead_sheet_names
from shared.annotation.spans import cover
from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.music.keys import Key

BARS_PER_LINE = 4


def chord_sheet(
    timed: TimedChords,
    beat_times_s: NDArray[np.floating],
    beats_per_bar: int = 4,
    downbeat: int | None = None,
    key: Key | None = None,
    title: str = "",
) -> str:
    """Return the sheet as text.

    Args:
        timed: the chords; the sheet covers them from the first to the last.
        beat_times_s: at least two, rising; where they stop short of the chords they go on at their median pace.
        beats_per_bar: 4 for common time, 3 for a waltz.
        downbeat: index of a beat (in `beat_times_s`) that begins a bar; None for where most chords change.
        key: spells the names; None for the key that the chords suggest.
        title: stands above the sheet.

    Raises:
        InputError: when there are not two beats, or a bar has none.
    """
    beats = np.asarray(beat_times_s, dtype=np.float64)
    if len(beats) < 2 or (np.diff(beats) <= 0).any():
        raise InputError(f"a sheet by bars needs at least two rising beats, not {len(beats)}; write names instead")
    if beats_per_bar < 1:
        raise InputError(f"a bar of {beats_per_bar} beats is none; 3 and 4 are usual")
    start, end = float(timed.intervals_s[0, 0]), float(timed.intervals_s[-1, 1])
    edges, added = _edges(beats, start, end)
    key = key or key_of(timed)
    names = _names_of_beats(cover(timed, start, end), edges, key)
    first = _likeliest_downbeat(names, beats_per_bar) if downbeat is None else (downbeat + added) % beats_per_bar
    head = [title] if title else []
    head.append(f"{key.title if key else 'no key'} · {60 / np.median(np.diff(beats)):.0f} bpm · {beats_per_bar} beats")
    return "\n".join([*head, "", *_lines(names, edges, beats_per_bar, first)]) + "\n"


def _edges(beats: NDArray[np.float64], start: float, end: float) -> tuple[NDArray[np.float64], int]:
    """Return where beats begin and the last one ends, from start to end; and what to add to the index of a beat."""
    pace = float(np.median(np.diff(beats)))
    # The first beat begins at the start: one that is less than half a beat away is the same.
    inside = beats[(beats > start + pace / 2) & (beats < end - pace / 2)]
    if not len(inside):
        return np.linspace(start, end, max(1, round((end - start) / pace)) + 1), 0
    n_before = max(0, round((inside[0] - start) / pace) - 1)
    n_after = max(0, round((end - inside[-1]) / pace) - 1)
    before = inside[0] - pace * np.arange(n_before, 0, -1)
    after = inside[-1] + pace * np.arange(1, n_after + 1)
    edges = np.concatenate([[start], before, inside, after, [end]])
    return edges, 1 + n_before - int((beats <= start + pace / 2).sum())


def _names_of_beats(timed: TimedChords, edges: NDArray[np.float64], key: Key | None) -> list[str]:
    """Return the name of the chord that fills most of each beat."""
    names = lead_sheet_names(timed, key)
    starts, ends = timed.intervals_s.T
    overlaps = np.minimum(ends, edges[1:, None]) - np.maximum(starts, edges[:-1, None])
    return [names[place] for place in overlaps.argmax(axis=1)]


def _likeliest_downbeat(names: Sequence[str], beats_per_bar: int) -> int:
    """Return the beat, of the first bar's, on whose like the most chords begin; the earliest of equals."""
    changes = [beat % beats_per_bar for beat in range(1, len(names)) if names[beat] != names[beat - 1]]
    return int(np.bincount(changes, minlength=beats_per_bar).argmax())


def _lines(names: Sequence[str], edges: NDArray[np.float64], beats_per_bar: int, first: int) -> list[str]:
    """Return the bars, a time before each line of them; what comes before the first downbeat is a bar of its own."""
    starts = sorted({0, *range(first, len(names), beats_per_bar)})
    bars = [_bar(names[start:end]) for start, end in zip(starts, [*starts[1:], len(names)], strict=True)]
    width = max(map(len, bars))
    lines = []
    for place in range(0, len(bars), BARS_PER_LINE):
        minutes, seconds = divmod(int(edges[starts[place]]), 60)
        cells = " | ".join(bar.ljust(width) for bar in bars[place : place + BARS_PER_LINE])
        lines.append(f"{minutes:3d}:{seconds:02d}  | {cells} |")
    return lines


def _bar(names: Sequence[str]) -> str:
    """Return the beats of one bar: `Am . F .`."""
    return " ".join(name if beat == 0 or name != names[beat - 1] else "." for beat, name in enumerate(names))
