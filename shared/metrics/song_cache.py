"""Memory of the song so far: what a chord model must beat, because songs repeat themselves.

The cache is an n-gram of the chords already heard in the same song. For a context of k chords it backs off,
by absolute discounting, to contexts of k - 1, ..., 0:

    C_k(w | h) = max(c(hw) - D, 0) / c(h)  +  D * N(h) / c(h) * C_{k-1}(w | h')

with counts over the song so far only. Caches of several context lengths and one or more corpus n-grams are
interpolated (Kuhn & De Mori 1990, IEEE PAMI 12(6); Jelinek & Mercer 1980), the weights found by expectation
maximisation on validation songs: one set for all positions, or one set for each length of the longest match
between the present context and an earlier place of the song.

Chord changes never repeat a chord. Where the validation songs confirm it, the mixture gives the present
chord almost nothing and the others its share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError
from shared.metrics.gram_counts import Ids
from shared.metrics.ngrams import Probabilities, SequenceModel
from shared.music.chord_tokens import START_ID

# Longest matches that share one set of weights: 0, 1, 2, 3, 4, 5-6, 7-8, 9-12, 13-16, 17 and more chords.
_MATCH_BOUNDS = np.array([1, 2, 3, 4, 5, 7, 9, 13, 17])
_N_ITERATIONS = 40
# A match length that is rare in validation leans on the weights of all positions with this many counts.
_PRIOR_COUNTS = 10.0
# More repeats than this, and chords are given per beat or bar: the repeat rule does not apply.
_MOST_REPEATS = 1e-3


def match_lengths(sequence: ArrayLike) -> NDArray[np.int64]:
    """Return [n, n]: at (t, s), s < t, how many tokens before t equal those before s; elsewhere 0.

    START stands before the first token, so the start of a song matches no later place.
    """
    before = np.concatenate([[START_ID], np.asarray(sequence, dtype=np.int64)[:-1]])
    lengths = np.zeros((len(before), len(before)), dtype=np.int64)
    for t in range(1, len(before)):
        lengths[t, 1:t] = np.where(before[1:t] == before[t], lengths[t - 1, : t - 1] + 1, 0)
    return lengths


class SongCache:
    """Caches of several context lengths over one song."""

    def __init__(self, vocabulary_size: int, contexts: Sequence[int] = (0, 2, 4, 8), discount: float = 0.5) -> None:
        """Take the context lengths, in chords, for which a distribution is wanted, and D, from 0 to 1."""
        if not contexts or min(contexts) < 0 or not 0 <= discount <= 1:
            raise InputError(
                f"a cache needs context lengths of 0 or more and D from 0 to 1, not {contexts}, {discount}"
            )
        self.vocabulary_size, self.contexts, self.discount = vocabulary_size, tuple(contexts), discount

    def distributions(self, sequence: Ids) -> tuple[list[Probabilities], NDArray[np.int64]]:
        """Return one [changes, vocabulary] for each context length, and the longest match [changes]."""
        matches = match_lengths(sequence)
        later, earlier = np.nonzero(matches)
        lengths = matches[later, earlier]
        chords, columns = np.unique(sequence, return_inverse=True)
        heard = np.cumsum(np.eye(len(chords))[columns], axis=0)[:-1]
        level = self._interpolate(heard, np.zeros_like(heard), 0.0)
        # Row t of a level predicts chord t + 1; cells are pairs of a row and the chord that came after a match.
        rows, cells = later - 1, (later - 1) * len(chords) + columns[earlier]
        result = []
        for length in range(max(self.contexts) + 1):
            if length:
                matched = lengths >= length
                counts = np.bincount(cells[matched], minlength=level.size).reshape(level.shape)
                seen = np.unique(rows[matched])
                level[seen] = self._interpolate(counts[seen], level[seen], self.discount)
            if length in self.contexts:
                wide = np.zeros((len(level), self.vocabulary_size))
                wide[:, chords] = level
                result.append(wide)
        return result, matches.max(axis=1)[1:]

    @staticmethod
    def _interpolate(counts: NDArray[Any], lower: Probabilities, discount: float) -> Probabilities:
        """Return the next longer context's distributions from its counts, of which each row has some."""
        totals = counts.sum(axis=1, keepdims=True)
        taken = np.minimum(counts, discount)
        backoff = taken.sum(axis=1, keepdims=True)
        return np.asarray((counts - taken + backoff * lower) / totals)


class CacheMixture:
    """Corpus models and song caches interpolated with tuned weights; a SequenceModel itself."""

    def __init__(self, bases: Sequence[SequenceModel], cache: SongCache, by_match: bool = False) -> None:
        """Take trained models, a cache over the same vocabulary, and how the weights are kept.

        Args:
            bases: models of the corpus, for instance one NGram.
            cache: the memory of the song.
            by_match: weights for each longest match, instead of one set for all positions.
        """
        self.bases, self.cache, self.by_match = tuple(bases), cache, by_match
        n_experts = len(self.bases) + len(cache.contexts)
        n_sets = len(_MATCH_BOUNDS) + 1 if by_match else 1
        self.weights: Probabilities = np.full((n_sets, n_experts), 1 / n_experts)
        self.repeat_probability: float | None = None

    def tune(self, songs: Iterable[ArrayLike]) -> Self:
        """Find the weights that make validation songs likeliest, and whether chords ever repeat.

        Raises:
            InputError: when no song has a second chord.
        """
        sequences = [song for song in (np.asarray(s, dtype=np.int64) for s in songs) if len(song) > 1]
        if not sequences:
            raise InputError("the weight of a cache is tuned on songs of two chords or more, and none was given")
        tables, sets = zip(*(self._scored(song) for song in sequences), strict=True)
        likelihoods, set_ids = np.concatenate(tables), np.concatenate(sets)
        overall = _mixture_weights(likelihoods, self.weights[0], 0.0)
        for index in range(len(self.weights)):
            self.weights[index] = _mixture_weights(likelihoods[set_ids == index], overall, _PRIOR_COUNTS)
        self._learn_repeats(sequences)
        return self

    def distributions(self, sequence: ArrayLike) -> Probabilities:
        """Return [changes, vocabulary]: the prediction of each chord from the second on."""
        song = np.asarray(sequence, dtype=np.int64)
        experts, set_ids = self._experts(song)
        weights = self.weights[set_ids]
        mixed = np.zeros_like(experts[0])
        for index, expert in enumerate(experts):
            mixed += weights[:, index, None] * expert
        return self._without_repeats(mixed, song[:-1])

    def _experts(self, song: Ids) -> tuple[list[Probabilities], NDArray[np.int64]]:
        """Return the distributions of each expert and the index [changes] of the set of weights."""
        caches, longest = self.cache.distributions(song)
        set_ids = np.searchsorted(_MATCH_BOUNDS, longest, side="right") if self.by_match else 0 * longest
        return [base.distributions(song) for base in self.bases] + caches, set_ids

    def _scored(self, song: Ids) -> tuple[Probabilities, NDArray[np.int64]]:
        """Return what each expert gave to the chord that came [changes, experts], and the set of weights."""
        experts, set_ids = self._experts(song)
        rows = np.arange(len(song) - 1)
        return np.stack([expert[rows, song[1:]] for expert in experts], axis=1), set_ids

    def _learn_repeats(self, songs: Sequence[Ids]) -> None:
        """Estimate how likely a chord repeats (Krichevsky & Trofimov 1981), if it practically never does."""
        changes = sum(len(song) - 1 for song in songs)
        repeats = sum(int(np.sum(song[1:] == song[:-1])) for song in songs)
        rare = repeats <= _MOST_REPEATS * changes
        self.repeat_probability = (repeats + 0.5) / (changes + 1) if rare else None

    def _without_repeats(self, mixed: Probabilities, present: Ids) -> Probabilities:
        """Give the present chords [changes] their tuned probability and rescale the others."""
        if self.repeat_probability is None:
            return mixed
        mixed[np.arange(len(present)), present] = 0.0
        mixed *= (1 - self.repeat_probability) / mixed.sum(axis=1, keepdims=True)
        mixed[np.arange(len(present)), present] = self.repeat_probability
        return mixed


def _mixture_weights(likelihoods: Probabilities, start: Probabilities, prior_counts: float) -> Probabilities:
    """Return the weights [experts] of the mixture that fits likelihoods [n, experts] best.

    Expectation maximisation (Dempster, Laird & Rubin 1977); `prior_counts` imagined positions follow `start`.
    """
    weights = start.copy()
    for _ in range(_N_ITERATIONS if len(likelihoods) else 0):
        shares = likelihoods * weights
        shares /= shares.sum(axis=1, keepdims=True)
        weights = (shares.sum(axis=0) + prior_counts * start) / (len(likelihoods) + prior_counts)
    return weights
