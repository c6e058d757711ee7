"""N-gram models of chord sequences with interpolated absolute discounting: the control of every generator.

For a context h of k chords and a next chord w, with c(hw) the count of both together:

    P(w | h) = max(c(hw) - D, 0) / c(h)  +  D * N(h) / c(h) * P(w | h')

where N(h) is the number of distinct chords seen after h, h' is h without its oldest chord, and below the
unigram stands the uniform distribution over the chords. D = n1 / (n1 + 2 n2) for each order, n1 and n2 the
numbers of (h, w) pairs seen once and twice. A context that was never seen leaves P(w | h') as it is.
Ney, Essen & Kneser 1994, Computer Speech and Language 8, section 2; Chen & Goodman 1999, the same journal
13, section 2.

Conventions, the same for every model that is compared: contexts begin with START, the first chord of a song
is given and not scored, every later chord is, END is not. Song ends are learnt all the same, so that samples
end as songs do; scored distributions leave END out and sum to one over the chords.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError
from shared.metrics.gram_counts import GramCounts, Ids, places
from shared.music.chord_tokens import END_ID, N_SPECIAL, START_ID

Probabilities = NDArray[np.float64]

# Toy data can have no pair that was seen once (D = 0, unseen chords impossible) or none seen twice (D = 1).
_LEAST_DISCOUNT, _MOST_DISCOUNT = 0.1, 0.95


class SequenceModel(Protocol):
    """Anything that predicts each chord of a song from those before it."""

    def distributions(self, sequence: Ids) -> Probabilities:
        """Return [len(sequence) - 1, vocabulary]: row t is the prediction of `sequence[t + 1]`."""
        ...


@dataclass(frozen=True)
class CountTable:
    """The counts of one order, already discounted: rows compressed, contexts in ascending code.

    The chords after context i are `tokens[starts[i]:starts[i + 1]]`, with `shares` (c - D) / c(h) beside
    them; `backoff[i]` is the mass D * N(h) / c(h) that the order below receives.
    """

    contexts: Ids
    starts: Ids
    tokens: Ids
    shares: Probabilities
    backoff: Probabilities

    @classmethod
    def of(cls, contexts: Ids, tokens: Ids, counts: Ids, discount: float) -> Self:
        """Tabulate pairs of context code [n] and next token [n] with their counts [n], in ascending order."""
        codes, starts = np.unique(contexts, return_index=True)
        totals = np.add.reduceat(counts, starts)
        starts = np.append(starts, len(tokens))
        distinct = np.diff(starts)
        shares = (counts - discount) / np.repeat(totals, distinct)
        return cls(codes, starts, tokens, shares, discount * distinct / totals)

    def interpolate(self, contexts: Ids, lower: Probabilities) -> None:
        """Turn the distributions of the order below, `lower` [n, vocabulary], into this order's, in place."""
        rows = np.minimum(np.searchsorted(self.contexts, contexts), len(self.contexts) - 1)
        seen = np.flatnonzero(self.contexts[rows] == contexts)
        rows = rows[seen]
        lengths = self.starts[rows + 1] - self.starts[rows]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        entries = np.repeat(self.starts[rows], lengths) + within
        lower[seen] *= self.backoff[rows, None]
        lower[np.repeat(seen, lengths), self.tokens[entries]] += self.shares[entries]


def _estimated_discount(counts: Ids, copies: Ids) -> float:
    """Return D of Ney, Essen & Kneser 1994, kept away from 0 and 1; each pair stands for several alike."""
    once, twice = int(copies[counts == 1].sum()), int(copies[counts == 2].sum())
    estimate = once / (once + 2 * twice) if once else 0.0
    return min(max(estimate, _LEAST_DISCOUNT), _MOST_DISCOUNT)


class NGram:
    """An n-gram over token ids: `NGram(5, vocabulary_size).fit(songs).distributions(song)`."""

    def __init__(self, order: int, vocabulary_size: int, discount: float | None = None) -> None:
        """Set up an untrained model.

        Args:
            order: 1 for a unigram; a context is the `order - 1` tokens before.
            vocabulary_size: number of token ids, PAD, START and END included.
            discount: D for every order, between 0 and 1; None estimates it per order.

        Raises:
            InputError: when the order is below 1 or a context and its chord do not fit 63 bits.
        """
        if order < 1 or order * math.log2(vocabulary_size) >= 63:
            raise InputError(f"an n-gram over {vocabulary_size} tokens cannot have order {order}")
        if discount is not None and not 0 < discount < 1:
            raise InputError(f"the discount of an n-gram lies between 0 and 1, not {discount}")
        self.order, self.vocabulary_size, self.discount = order, vocabulary_size, discount
        self.counts: GramCounts | None = None
        self._tables: list[CountTable] = []

    def fit(self, sequences: Iterable[ArrayLike]) -> Self:
        """Count whole songs, each an array of chord ids without START and END.

        Raises:
            InputError: when there is no song, or an id is no chord of the vocabulary.
        """
        songs = [self._checked(sequence) for sequence in sequences]
        if not songs:
            raise InputError("an n-gram needs at least one song to count")
        return self.learn(GramCounts.of(songs, self.order, self.vocabulary_size))

    def learn(self, counts: GramCounts) -> Self:
        """Take counts of runs of `order` tokens, as `fit` makes them, instead of songs."""
        self.counts = counts
        self._tables = [self._tabulate(counts.ending(length + 1, self.vocabulary_size)) for length in range(self.order)]
        return self

    def _tabulate(self, runs: GramCounts) -> CountTable:
        """Return the table of one order from the counts of its runs."""
        contexts, tokens = runs.grams[:, :-1], runs.grams[:, -1]
        discount = self.discount or _estimated_discount(runs.counts, self._copies(contexts))
        return CountTable.of(self._codes(contexts, contexts.shape[1]), tokens, runs.counts, discount)

    def _copies(self, contexts: Ids) -> Ids:
        """Return how many runs of the songs each context [n, length] with its next token stands for."""
        return np.ones(len(contexts), dtype=np.int64)

    def probabilities(self, contexts: ArrayLike) -> Probabilities:
        """Return the next-token distributions [n, vocabulary], END included, of contexts [n, order - 1].

        The newest token stands last; START fills the places before a song.
        """
        if not self._tables:
            raise InputError("the n-gram was not trained; call fit first")
        before = np.asarray(contexts, dtype=np.int64)
        result = np.zeros((len(before), self.vocabulary_size))
        result[:, END_ID:] = 1 / (self.vocabulary_size - END_ID)
        for length, table in enumerate(self._tables):
            table.interpolate(self._codes(before, length), result)
        return result

    def distributions(self, sequence: ArrayLike) -> Probabilities:
        """Return [changes, vocabulary], the prediction of each chord from the second on, END left out."""
        song = self._checked(sequence)
        result = self.probabilities(self._contexts(song)[1:-1])
        result[:, END_ID] = 0.0
        result /= result.sum(axis=1, keepdims=True)
        return result

    def _contexts(self, song: Ids) -> Ids:
        """Return [len(song) + 1, order - 1]: the tokens before each chord and before END."""
        padded = np.concatenate([np.full(self.order - 1, START_ID, dtype=np.int64), song])
        if self.order == 1:
            return np.empty((len(song) + 1, 0), dtype=np.int64)
        return sliding_window_view(padded, self.order - 1)

    def _codes(self, contexts: Ids, length: int) -> Ids:
        """Number the last `length` tokens of each context: the digits of one integer, the oldest first."""
        return contexts[:, contexts.shape[1] - length :] @ places(length, self.vocabulary_size)

    def _checked(self, sequence: ArrayLike) -> Ids:
        """Return a song as ids, refusing what is no chord of the vocabulary."""
        song = np.asarray(sequence, dtype=np.int64)
        in_range = (song >= N_SPECIAL) & (song < self.vocabulary_size)
        if song.ndim != 1 or not in_range.all():
            last = self.vocabulary_size - 1
            raise InputError(f"a song is a list of chord ids from {N_SPECIAL} to {last}, without START and END")
        return song


def transposed(sequence: Ids, semitones: int | Ids, n_qualities: int) -> Ids:
    """Return the chords of a song `semitones` higher, for ids `N_SPECIAL + n_qualities * root + quality`.

    PAD, START and END stay. Several numbers broadcast.
    """
    moved = N_SPECIAL + (sequence - N_SPECIAL + n_qualities * semitones) % (12 * n_qualities)
    return np.where(sequence < N_SPECIAL, sequence, moved)
