"""How well a model predicts the next token: perplexity, accuracy and top-3, where padding never counts.

One convention for every model that is compared: a song is the list of its chord changes; the first chord is
given, every later one is scored, END and padding are not. `SequenceScores` adds up scored positions, so a
figure over several songs weighs every chord change alike, and `score_tables` gives the figures overall, per
dataset and per genre. Perplexity is exp of the mean negative log likelihood (natural logarithm).

The n-gram controls that stand beside every figure are in `shared.metrics.controls`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError
from shared.metrics.classification import ranks

# What a model pays for a chord that it holds impossible: exp(-100), so that one song cannot hide a figure.
_LEAST_LOG_PROBABILITY = -100.0


@dataclass(frozen=True)
class TokenSong:
    """A song as token ids, with what the tables and the key-relative controls need to know of it.

    Attributes:
        tokens: chord ids [chords] in order, without START and END.
        tonic: pitch class 0-11 of the key, or None when the key is unknown.
        dataset: name of the corpus.
        genre: name of the genre, or None.
    """

    tokens: NDArray[np.int64]
    tonic: int | None = None
    dataset: str = ""
    genre: str | None = None


@dataclass(frozen=True)
class PositionScores:
    """What a model gave to each scored position: natural log probability and rank (0 = its first choice)."""

    log_probabilities: NDArray[np.float64]
    ranks: NDArray[np.int64]

    @classmethod
    def of(cls, probabilities: ArrayLike, targets: ArrayLike) -> Self:
        """Score probabilities [n, vocabulary] against the token ids that came [n]."""
        table, ids = np.asarray(probabilities, dtype=np.float64), np.asarray(targets, dtype=np.int64)
        if table.shape[:-1] != ids.shape:
            raise InputError(f"targets {ids.shape} do not fit probabilities {table.shape}")
        own = np.take_along_axis(table, ids[..., None], axis=-1)[..., 0]
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log(own), _LEAST_LOG_PROBABILITY)
        return cls(logs, ranks(table, ids))


@dataclass
class SequenceScores:
    """A running sum over scored positions."""

    n: int = 0
    nll: float = 0.0
    hits: int = 0
    top3_hits: int = 0

    def add(self, scores: PositionScores) -> None:
        """Count the positions of one song or batch."""
        self.n += scores.ranks.size
        self.nll -= float(scores.log_probabilities.sum())
        self.hits += int(np.sum(scores.ranks == 0))
        self.top3_hits += int(np.sum(scores.ranks < 3))

    def add_masked(self, probabilities: ArrayLike, targets: ArrayLike, mask: ArrayLike) -> None:
        """Count a padded batch: probabilities [batch, time, vocabulary], targets and mask [batch, time]."""
        keep = _checked_mask(targets, mask)
        self.add(PositionScores.of(np.asarray(probabilities)[keep], np.asarray(targets)[keep]))

    @property
    def perplexity(self) -> float:
        """exp(mean negative log likelihood); 1 is certainty, the vocabulary size is guessing."""
        return float(np.exp(self.nll / self._counted()))

    @property
    def accuracy(self) -> float:
        """Share of positions whose likeliest token came, 0-1."""
        return self.hits / self._counted()

    @property
    def top3_accuracy(self) -> float:
        """Share of positions whose three likeliest tokens hold the one that came, 0-1."""
        return self.top3_hits / self._counted()

    def as_dict(self) -> dict[str, float]:
        """Return the figures under their metric names, for JSON."""
        return {
            "perplexity": self.perplexity,
            "accuracy": self.accuracy,
            "top3_accuracy": self.top3_accuracy,
            "n": self.n,
        }

    def _counted(self) -> int:
        """Return the number of positions, refusing zero."""
        if not self.n:
            raise InputError("no position was scored: every song has fewer than two chords")
        return self.n


@dataclass
class ScoreTables:
    """Scores overall, per dataset and per genre."""

    overall: SequenceScores = field(default_factory=SequenceScores)
    datasets: dict[str, SequenceScores] = field(default_factory=dict)
    genres: dict[str, SequenceScores] = field(default_factory=dict)

    def add(self, song: TokenSong, scores: PositionScores) -> None:
        """Count one song; songs without a scored position leave no row."""
        if not scores.ranks.size:
            return
        self.overall.add(scores)
        if song.dataset:
            self.datasets.setdefault(song.dataset, SequenceScores()).add(scores)
        if song.genre:
            self.genres.setdefault(song.genre, SequenceScores()).add(scores)

    def as_dict(self) -> dict[str, Any]:
        """Return `{"overall": {...}, "datasets": {name: {...}}, "genres": {name: {...}}}` for JSON."""
        rows = {"datasets": self.datasets, "genres": self.genres}
        named = {kind: {name: row[name].as_dict() for name in sorted(row)} for kind, row in rows.items()}
        return {"overall": self.overall.as_dict(), **named}


def score_tables(scored: Iterable[tuple[TokenSong, PositionScores]]) -> dict[str, Any]:
    """Return the tables of songs that a model has scored."""
    tables = ScoreTables()
    for song, scores in scored:
        tables.add(song, scores)
    return tables.as_dict()


def masked_cross_entropy(probabilities: ArrayLike, targets: ArrayLike, mask: ArrayLike) -> float:
    """Return the mean of -log p(target) in nats over the positions where the mask [batch, time] is set.

    Args:
        probabilities: [batch, time, vocabulary].
        targets: ids [batch, time]; what stands at masked positions has no influence.
        mask: bool or 0/1 [batch, time].
    """
    scores = SequenceScores()
    scores.add_masked(probabilities, targets, mask)
    return float(np.log(scores.perplexity))


def masked_accuracy(probabilities: ArrayLike, targets: ArrayLike, mask: ArrayLike, k: int = 1) -> float:
    """Return the share of unmasked positions whose k likeliest tokens hold the target, 0-1."""
    keep = _checked_mask(targets, mask)
    if not keep.any():
        raise InputError("no position was scored: the mask is empty")
    return float(np.mean(ranks(np.asarray(probabilities)[keep], np.asarray(targets)[keep]) < k))


def _checked_mask(targets: ArrayLike, mask: ArrayLike) -> NDArray[np.bool_]:
    """Return the mask as bool, refusing one of another shape (it would broadcast in silence)."""
    keep = np.asarray(mask).astype(bool)
    if keep.shape != np.shape(targets):
        raise InputError(f"the mask {keep.shape} does not fit the targets {np.shape(targets)}")
    return keep
