"""Augmentation by chord substitution: a chord becomes another of the same function.

Only substitutes that leave the chord's function alone (Levine, The Jazz Theory Book, ch. 3 and 12): sevenths,
sixths and ninths added to or taken from a triad, and altered or suspended forms of a dominant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.music.chord_tokens import N_QUALITIES, N_SPECIAL
from shared.music.chords import GENERATOR_QUALITIES

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("maj", "maj6", "maj7", "maj(9)", "maj9"),
    ("min", "min7", "min9", "min11"),
    ("7", "9", "13", "7sus4"),
    ("7(b9)", "aug7"),
    ("dim", "dim7"),
    ("sus4", "sus2"),
)


def _alternatives() -> NDArray[np.int64]:
    """Return [23, 8] quality indices: row q lists the substitutes of quality q (itself where it has none)."""
    table = np.repeat(np.arange(N_QUALITIES)[:, None], 8, axis=1)
    for family in FAMILIES:
        members = [GENERATOR_QUALITIES.index(quality) for quality in family]
        for member in members:
            table[member] = np.resize([other for other in members if other != member], 8)
    return table


_TABLE = _alternatives()


def substitute(
    inputs: NDArray[np.int32], targets: NDArray[np.int32], share: float, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Replace a share of the chords in windows [n, length], the same chord alike in inputs and targets.

    PAD, START and END stay; roots stay.
    """
    whole = np.concatenate([inputs[:, :1], np.where(targets == 0, 0, targets)], axis=1)
    chosen = (rng.random(whole.shape) < share) & (whole >= N_SPECIAL)
    root, quality = np.divmod(whole - N_SPECIAL, N_QUALITIES)
    other = _TABLE[quality % N_QUALITIES, rng.integers(0, _TABLE.shape[1], whole.shape)]
    changed = np.where(chosen, N_SPECIAL + N_QUALITIES * root + other, whole).astype(np.int32)
    new_inputs = np.where(inputs == 0, 0, changed[:, :-1]).astype(np.int32)
    return new_inputs, changed[:, 1:]
