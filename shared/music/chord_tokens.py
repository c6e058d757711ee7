"""The 279 tokens of the chord generator: 12 roots x 23 qualities, with PAD, START and END before them.

| id  | token   | meaning                                         |
|-----|---------|-------------------------------------------------|
| 0   | PAD     | fills the end of a short sequence, never scored |
| 1   | START   | before the first chord of a song                |
| 2   | END     | after the last chord of a song                  |
| 3…  | `C:maj` | 3 + 23 * root + index of the quality            |

Roots stand outside qualities so that a transposition is an addition: `transpose_ids`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.chords import GENERATOR_QUALITIES, Chord, format_harte, generator_quality
from shared.vocabulary import PAD_ID, Vocabulary

START_ID, END_ID = 1, 2
N_SPECIAL = 3
N_QUALITIES = len(GENERATOR_QUALITIES)
N_TOKENS = N_SPECIAL + 12 * N_QUALITIES


@cache
def chord_vocabulary() -> Vocabulary:
    """Return the 279 tokens; chord tokens are Harte labels in root position."""
    chords = (format_harte(id_to_chord(token_id)) for token_id in range(N_SPECIAL, N_TOKENS))
    return Vocabulary(["PAD", "START", "END", *chords])


def chord_to_id(chord: Chord) -> int:
    """Return the token id of a chord; its bass is dropped and rare qualities map to their nearest member.

    Raises:
        InputError: for N and X, which are no chords to compose with.
    """
    if chord.root < 0:
        raise InputError(f"'{chord.quality}' (no chord) has no token; leave it out of the progression")
    return N_SPECIAL + N_QUALITIES * chord.root + GENERATOR_QUALITIES.index(generator_quality(chord.quality))


def id_to_chord(token_id: int) -> Chord:
    """Return the chord of a token id, in root position.

    Raises:
        InputError: for PAD, START, END and ids outside the vocabulary.
    """
    if not N_SPECIAL <= token_id < N_TOKENS:
        raise InputError(f"token id {token_id} is no chord; chords are {N_SPECIAL} to {N_TOKENS - 1}")
    root, quality = divmod(int(token_id) - N_SPECIAL, N_QUALITIES)
    return Chord(root, GENERATOR_QUALITIES[quality], root)


def transpose_ids(
    token_ids: NDArray[np.integer] | Iterable[int], semitones: int | NDArray[np.integer]
) -> NDArray[np.int32]:
    """Return the ids of the same chords `semitones` higher; PAD, START and END stay.

    An array of semitones is broadcast against the ids: [windows, 1] shifts each window on its own.
    """
    ids = np.asarray(token_ids, dtype=np.int32)
    moved = N_SPECIAL + (ids - N_SPECIAL + N_QUALITIES * semitones) % (12 * N_QUALITIES)
    return np.where(ids < N_SPECIAL, ids, moved).astype(np.int32)


__all__ = [
    "END_ID", "N_QUALITIES", "N_SPECIAL", "N_TOKENS", "PAD_ID", "START_ID",
    "chord_to_id", "chord_vocabulary", "id_to_chord", "transpose_ids",
]  # fmt: skip
