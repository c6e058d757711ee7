"""How often each run of n tokens occurs in whole songs: all that an n-gram ever learns from them.

START fills the places before a song, as often as a context is long, and END stands after it. So every chord
has a context of the full length, and the counts of a shorter n-gram are sums of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from shared.music.chord_tokens import END_ID, START_ID

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GramCounts:
    """Distinct runs of tokens `grams` [n, order], oldest token first and in that order, and `counts` [n]."""

    grams: Ids
    counts: Ids

    @classmethod
    def of(cls, songs: Sequence[Ids], order: int, vocabulary_size: int) -> Self:
        """Count the runs of `order` tokens that end in a chord or in END.

        Args:
            songs: chord ids [chords] each, without START and END.
            order: tokens of a run; `order` digits of base `vocabulary_size` must fit 63 bits.
            vocabulary_size: number of token ids, PAD, START and END included.
        """
        before, end = np.full(order - 1, START_ID, dtype=np.int64), np.array([END_ID])
        runs = [sliding_window_view(np.concatenate([before, song, end]), order) for song in songs]
        return cls.summed(np.concatenate(runs), None, vocabulary_size)

    def ending(self, order: int, vocabulary_size: int) -> Self:
        """Return the counts of the last `order` tokens of each run."""
        return self.summed(self.grams[:, self.grams.shape[1] - order :], self.counts, vocabulary_size)

    def same_as(self, other: GramCounts) -> bool:
        """Tell whether both counted the same."""
        return np.array_equal(self.grams, other.grams) and np.array_equal(self.counts, other.counts)

    @classmethod
    def summed(cls, grams: Ids, counts: Ids | None, vocabulary_size: int) -> Self:
        """Add up the counts (None: one each) of equal runs."""
        values = places(grams.shape[1], vocabulary_size)
        if counts is None:
            codes, sums = np.unique(grams @ values, return_counts=True)
        else:
            codes, columns = np.unique(grams @ values, return_inverse=True)
            sums = np.bincount(columns, weights=counts).astype(np.int64)
        return cls(codes[:, None] // values % vocabulary_size, sums)


def places(length: int, vocabulary_size: int) -> Ids:
    """Return the values [length] of places that make tokens the digits of one number: no two runs share one."""
    return vocabulary_size ** np.arange(length - 1, -1, -1, dtype=np.int64)
