"""Contexts and chords of the harmony net in other keys. Knows no framework."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.music.emotion_chords import FIRST_DIM7_ID, N_DIM7, N_QUALITIES, NO_CHORD_ID
from shared.music.emotion_nets import CONTEXT

Vectors = NDArray[np.float32]

_TONIC = CONTEXT.index("tonic_C")
# Where a transposition turns CONTEXT: the first of twelve pitch classes each.
_PITCH_CLASSES = tuple(CONTEXT.index(name) for name in ("previous_root_C", "melody_C", "tonic_C", "next_melody_C"))


def transposed(inputs: Vectors, targets: Vectors, semitones: NDArray[np.integer]) -> tuple[Vectors, Vectors]:
    """Return contexts [n, 128] and chords [n, 64], each so many semitones higher."""
    moved = inputs.copy()
    for steps in range(1, 12):
        rows = np.flatnonzero(semitones == steps)
        for first in _PITCH_CLASSES:
            moved[rows, first : first + 12] = np.roll(moved[rows, first : first + 12], steps, axis=1)
    return moved, np.asarray(turned(targets, semitones), dtype=np.float32)


def turned(chords: NDArray[np.floating], semitones: NDArray[np.integer]) -> NDArray[np.floating]:
    """Return chords [n, 64] so many semitones higher."""
    rows = np.arange(len(chords))[:, None]
    plain, diminished = np.arange(NO_CHORD_ID), np.arange(N_DIM7)
    moved = chords.copy()
    moved[rows, (plain + N_QUALITIES * semitones[:, None]) % NO_CHORD_ID] = chords[:, :NO_CHORD_ID]
    moved[rows, FIRST_DIM7_ID + (diminished + semitones[:, None]) % N_DIM7] = chords[:, FIRST_DIM7_ID:]
    return moved


def tonics_of(inputs: Vectors) -> NDArray[np.int64]:
    """Return the tonic of each context, 0-11; 0 where no key is known."""
    return np.asarray(inputs[:, _TONIC : _TONIC + 12].argmax(axis=1))
