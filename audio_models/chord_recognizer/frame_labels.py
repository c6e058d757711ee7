"""Labels over time to labels per frame, and what silence does to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.datasets.contract import TimedChords
from shared.music.chord_types import NO_CHORD, UNKNOWN
from shared.music.chords import CHORD_TYPE_ID, chord_type, parse
from shared.vocabulary import IGNORED

SHORTEST_SILENCE_S = 0.5  # a shorter rest belongs to the chord before it
SILENCE_DB = -45.0  # against the loud parts of the piece
BLOCK_S = 0.02
_LOUD_PERCENTILE = 95.0


def frame_labels(chords: TimedChords, times_s: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return (chord type id, root, bass) [frames, 3] of what sounds at each time.

    N has a type, but root and bass are `IGNORED`; all three are for X and outside of the annotation.
    """
    table = np.array([*(_ids(label) for label in chords.labels), (IGNORED,) * 3], dtype=np.int16)
    index = np.searchsorted(chords.intervals_s[:, 0], times_s, side="right") - 1
    outside = (index < 0) | (times_s >= chords.intervals_s[np.maximum(index, 0), 1])
    return table[np.where(outside, len(chords.labels), index)]


def _ids(label: str) -> tuple[int, int, int]:
    chord = parse(label)
    if chord.quality == UNKNOWN:
        return (IGNORED, IGNORED, IGNORED)
    if chord.quality == NO_CHORD:
        return (CHORD_TYPE_ID[NO_CHORD], IGNORED, IGNORED)
    return (CHORD_TYPE_ID[chord_type(chord.quality)], chord.root, chord.bass)


def silences(waveform: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Return the stretches [n, 2] in seconds in which nothing is heard, however short."""
    size = round(BLOCK_S * sample_rate)
    blocks = waveform[: len(waveform) // size * size].reshape(-1, size)
    power = np.square(blocks, dtype=np.float64).mean(axis=1)
    loud = np.percentile(power, _LOUD_PERCENTILE) if len(power) else 0.0
    silent = power <= loud * 10 ** (SILENCE_DB / 10)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], silent, [0]]).astype(np.int8)))
    return np.asarray(edges.reshape(-1, 2) * (size / sample_rate))


def with_silence(chords: TimedChords, silent_s: NDArray[np.float64]) -> TimedChords:
    """Return the labels with N in long rests, and X where something is heard though the label was N.

    Args:
        chords: as they were written.
        silent_s: the stretches [n, 2] without sound of any pitch; those shorter than `SHORTEST_SILENCE_S` are rests
            within a chord.
    """
    rests = [(start, end) for start, end in silent_s.tolist() if end - start >= SHORTEST_SILENCE_S]
    rows: list[tuple[float, float, str]] = []
    for (start, end), label in zip(chords.intervals_s.tolist(), chords.labels, strict=True):
        sounding = UNKNOWN if label == NO_CHORD else label
        now = start
        for silent_start, silent_end in silent_s.tolist() if label == NO_CHORD else rests:
            first, last = max(silent_start, start), min(silent_end, end)
            if last > first:
                # Silence is measured in blocks: what is left of one beside N is no sound.
                first = now if label == NO_CHORD and first - now < BLOCK_S else first
                _add(rows, now, first, sounding)
                _add(rows, first, last, NO_CHORD)
                now = last
        _add(rows, now, end, NO_CHORD if label == NO_CHORD and end - now < BLOCK_S else sounding)
    return TimedChords(np.array([row[:2] for row in rows]), tuple(row[2] for row in rows))


def _add(rows: list[tuple[float, float, str]], start: float, end: float, label: str) -> None:
    """Append a stretch, or lengthen the one before it."""
    if rows and end > start and rows[-1][2] == label:
        rows[-1] = (rows[-1][0], end, label)
    elif end > start:
        rows.append((start, end, label))
