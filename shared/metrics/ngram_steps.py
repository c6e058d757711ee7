"""Sample from an n-gram with the same loop as from a network, to compare what the two compose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.decoding.progression import Conditions, Ids
from shared.metrics.every_key import in_keys
from shared.metrics.ngrams import NGram, Probabilities, transposed
from shared.music.chord_tokens import N_SPECIAL, START_ID


class NGramStepModel:
    """An n-gram of key-relative songs as a `StepModel`; its state is the context [batch, order - 1].

    The key asked for says where to transpose to; an unspecified key composes in C. Genre and mood are not
    known to an n-gram.
    """

    def __init__(self, ngram: NGram, n_qualities: int) -> None:
        """Take an n-gram that was trained on songs with tonic C, and the qualities per root of its ids."""
        self.ngram, self.n_qualities = ngram, n_qualities

    def initial_state(self, batch: int) -> NDArray[np.int64]:
        """Return the context before a song: START everywhere."""
        return np.full((batch, self.ngram.order - 1), START_ID, dtype=np.int64)

    def step(
        self, token_ids: Ids, conditions: Conditions, state: NDArray[np.int64]
    ) -> tuple[Probabilities, NDArray[np.int64]]:
        """Read one token per row; return next-token probabilities [batch, vocabulary] and the new context."""
        tonics = np.asarray(conditions.key, dtype=np.int64) % 12  # the "not specified" id, 24, gives C
        tokens = np.asarray(token_ids, dtype=np.int64)
        # PAD and END only reach rows that have ended, whose predictions nobody reads.
        newest = transposed(np.where(tokens < N_SPECIAL, START_ID, tokens), -tonics, self.n_qualities)
        context = np.column_stack([state, newest])[:, 1:]
        return in_keys(self.ngram.probabilities(context), tonics, self.n_qualities), context
