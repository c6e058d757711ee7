"""The 64 chords of the harmony predictor: 12 roots x 5 qualities, N, and the three diminished sevenths.

| id    | chord    | meaning                                                                     |
|-------|----------|-----------------------------------------------------------------------------|
| 0-59  | `C:maj`  | 5 * root + quality; the qualities are maj, min, 7, maj7, min7               |
| 60    | `N`      | no chord                                                                    |
| 61-63 | `C:dim7` | C, Db, D; on all other roots it is one of these three in an inversion       |
"""

from __future__ import annotations

from shared.errors import InputError
from shared.music.chord_types import INTERVALS, NO_CHORD
from shared.music.chords import Chord
from shared.music.pitch_names import PITCH_CLASS_NAMES

CHORD_QUALITIES = ("maj", "min", "7", "maj7", "min7")
N_QUALITIES = len(CHORD_QUALITIES)
NO_CHORD_ID = 12 * N_QUALITIES
FIRST_DIM7_ID = NO_CHORD_ID + 1
N_DIM7 = 3
CHORD_LABELS = (
    *(f"{root}:{quality}" for root in PITCH_CLASS_NAMES for quality in CHORD_QUALITIES),
    NO_CHORD,
    *(f"{PITCH_CLASS_NAMES[root]}:dim7" for root in range(N_DIM7)),
)


def chord_id(chord: Chord) -> int | None:
    """Return the id 0..63 of a chord, by its nearest quality; None for X, which nobody has named.

    Diminished triads go to their seventh; any other quality goes to the one of `CHORD_QUALITIES` that shares most of
    its intervals, the first where several do.
    """
    if chord.root < 0:
        return NO_CHORD_ID if chord.quality == NO_CHORD else None
    if chord.quality in ("dim", "dim7"):
        return FIRST_DIM7_ID + chord.root % N_DIM7
    wanted = INTERVALS[chord.quality]
    misses = [len(wanted ^ INTERVALS[quality]) for quality in CHORD_QUALITIES]
    return N_QUALITIES * chord.root + misses.index(min(misses))


def id_chord(index: int) -> Chord:
    """Return the chord of an id 0..63, in root position.

    Raises:
        InputError: for an id outside the vocabulary.
    """
    if not 0 <= index < len(CHORD_LABELS):
        raise InputError(f"chord id {index} is outside the vocabulary; ids go from 0 to {len(CHORD_LABELS) - 1}")
    if index == NO_CHORD_ID:
        return Chord.no_chord()
    if index > NO_CHORD_ID:
        return Chord(index - FIRST_DIM7_ID, "dim7", index - FIRST_DIM7_ID)
    root, quality = divmod(index, N_QUALITIES)
    return Chord(root, CHORD_QUALITIES[quality], root)
