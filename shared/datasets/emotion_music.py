"""Pieces with a heard emotion: what vgmidi and emopia yield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.music.note_table import NoteTable

# Quadrants of the circumplex (Russell 1980), by the signs of valence and arousal.
QUADRANTS = {(1, 1): 1, (-1, 1): 2, (-1, -1): 3, (1, -1): 4}


@dataclass(frozen=True, eq=False, kw_only=True)
class EmotionPiece:
    """One piece of music with the emotion that listeners heard in it.

    Attributes:
        id: name of the piece or clip.
        dataset: its data set.
        licence: its licence.
        midi: content of its MIDI file.
        valence: -1..1; a corpus of quadrants has the signs only, -1 or 1.
        arousal: the same.
        group: pieces of one group belong in one split.
        split: where the corpus itself fixes it.
        series: [measures, 2] valence and arousal measure by measure, where the corpus has them.
    """

    id: str
    dataset: str
    licence: str
    midi: bytes
    valence: float
    arousal: float
    group: str
    split: str | None = None
    series: NDArray[np.float64] | None = None

    @property
    def quadrant(self) -> int:
        """1 happy or excited, 2 angry or tense, 3 sad, 4 calm: by the signs, 0 counting as positive."""
        return QUADRANTS[1 if self.valence >= 0 else -1, 1 if self.arousal >= 0 else -1]

    def notes(self) -> NoteTable:
        """Return the notes.

        Raises:
            InputError: when the MIDI file is broken or holds no note.
        """
        return NoteTable.of_midi(self.midi, f"{self.dataset}/{self.id}.mid")
