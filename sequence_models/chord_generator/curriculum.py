"""A curriculum: training begins with the simplest songs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.encoding import EncodedSong


class Curriculum:
    """Which songs an epoch trains on: from the simplest quarter to all, over a number of epochs."""

    def __init__(self, songs: Sequence[EncodedSong], epochs: int) -> None:
        """Order the songs; with 0 epochs every epoch trains on all."""
        self._epochs = epochs
        self._order = np.argsort([_complexity(song) for song in songs], kind="stable")

    def songs(self, epoch: int) -> NDArray[np.intp]:
        """Return the indices of an epoch's songs."""
        if epoch >= self._epochs:
            return self._order
        share = 0.25 + 0.75 * epoch / self._epochs
        return self._order[: max(1, round(share * len(self._order)))]


def _complexity(song: EncodedSong) -> float:
    """Return how hard a song is to learn: different chords, and chords that follow one another rarely."""
    chords = song.chords
    pairs = set(itertools.pairwise(chords))
    return len(set(chords)) + len(pairs) / max(1, len(chords) - 1)
