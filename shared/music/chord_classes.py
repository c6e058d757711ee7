"""The 361 classes of the chord recognizer: 12 roots x 30 qualities, and N behind them.

| id  | class   | meaning                                            |
|-----|---------|----------------------------------------------------|
| 0…  | `C:maj` | 30 * root + id of the chord type (`CHORD_TYPES`)   |
| 360 | `N`     | no chord                                           |

Roots stand outside qualities, so that the scores of the chords are a table [12, 30] and a transposition is an
addition: `transpose_ids`. A class says nothing of the bass. `X` is no class: it becomes `IGNORED`, as everything
that nobody has named.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.chord_types import CHORD_TYPE_ID, CHORD_TYPES, NO_CHORD, UNKNOWN
from shared.music.chords import Chord, chord_type, format_harte
from shared.vocabulary import IGNORED

N_ROOTS = 12
N_QUALITIES = CHORD_TYPE_ID[NO_CHORD]  # N and X stand behind the qualities
NO_CHORD_ID = N_ROOTS * N_QUALITIES
N_CLASSES = NO_CHORD_ID + 1


class Heads(NamedTuple):
    """What the three heads of the recognizer should say of a chord.

    Attributes:
        chord_type: id in `CHORD_TYPES`; `IGNORED` for X.
        root: pitch class 0-11; `IGNORED` for N and X.
        bass: absolute pitch class 0-11; `IGNORED` for N and X.
    """

    chord_type: int
    root: int
    bass: int


def heads_of(chord: Chord) -> Heads:
    """Return the targets of a chord; N trains the type head only, X none."""
    if chord.quality == UNKNOWN:
        return Heads(IGNORED, IGNORED, IGNORED)
    type_id = CHORD_TYPE_ID[chord_type(chord.quality)]
    return Heads(type_id, IGNORED, IGNORED) if chord.root < 0 else Heads(type_id, chord.root, chord.bass)


class ChordClasses:
    """Encodes chords as class ids and decodes them; the table is that of the module."""

    def __len__(self) -> int:
        """Return the number of classes."""
        return N_CLASSES

    @property
    def labels(self) -> tuple[str, ...]:
        """The Harte label of every class in the order of the ids, for the signature beside the weights."""
        return tuple(format_harte(self.decode(class_id)) for class_id in range(N_CLASSES))

    def encode(self, chord: Chord) -> int:
        """Return the class of a chord, without its bass; `IGNORED` for X. A quality goes to its chord type."""
        if chord.root < 0:
            return NO_CHORD_ID if chord.quality == NO_CHORD else IGNORED
        return N_QUALITIES * chord.root + CHORD_TYPE_ID[chord_type(chord.quality)]

    def decode(self, class_id: int) -> Chord:
        """Return the chord of a class, in root position; X for `IGNORED`.

        Raises:
            InputError: for an id that is neither.
        """
        if class_id == IGNORED:
            return Chord.unknown()
        if not 0 <= class_id < N_CLASSES:
            raise InputError(f"class id {class_id} is no chord; classes are 0 to {N_CLASSES - 1}")
        if class_id == NO_CHORD_ID:
            return Chord.no_chord()
        root, type_id = divmod(int(class_id), N_QUALITIES)
        return Chord(root, CHORD_TYPES[type_id], root)


CHORD_CLASSES = ChordClasses()


def transpose_ids(class_ids: NDArray[np.integer], semitones: int | NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the ids of the same chords `semitones` higher; N and `IGNORED` stay.

    An array of semitones is broadcast against the ids: [batch, 1] shifts each song on its own.
    """
    ids = np.asarray(class_ids, dtype=np.int64)
    moved = (ids + N_QUALITIES * semitones) % NO_CHORD_ID
    sounding = (ids >= 0) & (ids < NO_CHORD_ID)
    return np.where(sounding, moved, ids)
