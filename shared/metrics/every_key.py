"""An n-gram counted over all twelve transpositions of its songs, in the room of one.

A run of tokens and its transpositions are counted equally often. So only those are kept whose newest context
chord stands on C: the context of a question is moved there, and the answer back. The figures are those of an
`NGram` that was fitted to each song in all twelve keys.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError
from shared.metrics.gram_counts import GramCounts, Ids
from shared.metrics.ngrams import CountTable, NGram, Probabilities, transposed
from shared.music.chord_tokens import N_SPECIAL

_SEMITONES = np.arange(12)


class EveryKeyNGram(NGram):
    """`EveryKeyNGram(5, size).fit(songs)` answers as `NGram(5, size)` fitted to the songs in all keys does.

    The keys of the songs do not matter: they may be as written or relative to their tonics. Ids are
    `N_SPECIAL + n_qualities * root + quality`.
    """

    def __init__(self, order: int, vocabulary_size: int, discount: float | None = None) -> None:
        """Set up an untrained model, as `NGram` does.

        Raises:
            InputError: when the ids are not those of 12 roots, or as `NGram` does.
        """
        super().__init__(order, vocabulary_size, discount)
        self.n_qualities, rest = divmod(vocabulary_size - N_SPECIAL, 12)
        if rest:
            raise InputError(f"chords of {vocabulary_size} token ids cannot be transposed: {N_SPECIAL} and 12 roots")

    def probabilities(self, contexts: ArrayLike) -> Probabilities:
        """Return the next-token distributions [n, vocabulary], END included, of contexts [n, order - 1]."""
        before = np.asarray(contexts, dtype=np.int64)
        if self.order == 1:
            return super().probabilities(before)
        roots = self._newest_roots(before)
        moved = transposed(before, -roots[:, None], self.n_qualities)
        return in_keys(super().probabilities(moved), roots, self.n_qualities)

    def _tabulate(self, runs: GramCounts) -> CountTable:
        """Move each run so that its newest context chord stands on C; one without such a chord goes everywhere."""
        anchored = self._has_root(runs.grams[:, :-1])
        kept, free = runs.grams[anchored], runs.grams[~anchored]
        if len(kept):
            kept = transposed(kept, -self._newest_roots(kept[:, :-1])[:, None], self.n_qualities)
        spread = transposed(free[:, None], _SEMITONES[:, None], self.n_qualities).reshape(-1, free.shape[1])
        counts = np.concatenate([runs.counts[anchored], np.repeat(runs.counts[~anchored], 12)])
        return super()._tabulate(GramCounts.summed(np.concatenate([kept, spread]), counts, self.vocabulary_size))

    def _copies(self, contexts: Ids) -> Ids:
        """Return 12 where a context stands for all its transpositions, 1 where each is kept."""
        return np.where(self._has_root(contexts), 12, 1)

    @staticmethod
    def _has_root(contexts: Ids) -> NDArray[np.bool_]:
        """Tell which contexts [n, length] end in a chord, and not in START or nowhere."""
        return np.asarray((contexts[:, -1:] >= N_SPECIAL).any(axis=1), dtype=np.bool_)

    def _newest_roots(self, contexts: Ids) -> Ids:
        """Return the root of the last token of each context, 0 for START."""
        return np.maximum(contexts[:, -1] - N_SPECIAL, 0) // self.n_qualities


def in_keys(probabilities: Probabilities, semitones: NDArray[np.int64], n_qualities: int) -> Probabilities:
    """Move the chords of each distribution [n, vocabulary] up by its number of semitones [n]."""
    columns = np.arange(N_SPECIAL, probabilities.shape[1])
    sources = transposed(columns, -semitones[:, None], n_qualities)
    result = probabilities.copy()
    result[:, N_SPECIAL:] = np.take_along_axis(probabilities, sources, axis=1)
    return result
