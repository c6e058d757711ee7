"""What a sceptic would complete tags with: how popular they are, a linear item-item model, principal components.

| control      | score of an item                                                                              |
|--------------|-----------------------------------------------------------------------------------------------|
| `popularity` | in how many training clips it stands                                                          |
| `ease`       | known items times the closed-form weights of Steck 2019 (Embarrassingly Shallow Autoencoders) |
| `pca`        | the clip projected on principal components of the training clips and back                     |

All three follow from how often items stand in a clip together (`PairCounts`), so that weights can ship with their
controls and without a clip. The two with a setting choose it on validation clips: no control is weaker than it could
be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.files import atomic_path
from shared.metrics.ranking import Question, Rows, ranking_scores

Scorer = Callable[[Rows], NDArray[np.float64]]
L2_CANDIDATES = (10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0)
COMPONENT_CANDIDATES = (8, 16, 32, 64, 128)
CHOSEN_BY = ("recall_at_10", "ndcg_at_10")


@dataclass(frozen=True, eq=False)
class PairCounts:
    """In how many of `clips` clips two items stand together, [items, items]; the diagonal counts single items."""

    pairs: NDArray[np.int64]
    clips: int

    @classmethod
    def of(cls, rows: Rows) -> PairCounts:
        """Count in rows of 0 and 1, [clips, items]."""
        return cls(np.rint(rows.T.astype(np.float64) @ rows).astype(np.int64), len(rows))

    def popularity(self) -> Scorer:
        """Return a scorer that knows only how often each item stands in a clip."""
        counts = np.diag(self.pairs).astype(np.float64)
        return lambda known: np.tile(counts, (len(known), 1))

    def ease(self, l2: float) -> Scorer:
        """Return the linear model without self-similarity that fits the clips best, with a ridge of `l2`."""
        gram = self.pairs.astype(np.float64)
        gram[np.diag_indices_from(gram)] += l2
        inverse = np.linalg.inv(gram)
        weights = -inverse / np.diag(inverse)
        np.fill_diagonal(weights, 0.0)
        return lambda known: known @ weights

    def pca(self, components: int) -> Scorer:
        """Return a scorer by the first principal components of the clips."""
        mean = np.diag(self.pairs) / self.clips
        covariance = self.pairs / self.clips - np.outer(mean, mean)
        directions = np.linalg.eigh(covariance)[1][:, ::-1][:, :components]
        return lambda known: (known - mean) @ directions @ directions.T + mean


@dataclass(frozen=True, eq=False)
class Controls:
    """The counts, and the settings that answered the validation questions best."""

    counts: PairCounts
    l2: float
    components: int

    @classmethod
    def fit(cls, train: Rows, validation: Sequence[Question]) -> Controls:
        """Count in training clips and choose the settings."""
        counts = PairCounts.of(train)
        possible = [number for number in COMPONENT_CANDIDATES if number <= min(train.shape)] or [1]
        return cls(
            counts,
            _best({l2: counts.ease(l2) for l2 in L2_CANDIDATES}, validation),
            int(_best({number: counts.pca(number) for number in possible}, validation)),
        )

    def scorers(self) -> dict[str, Scorer]:
        """Return the controls by name."""
        counts = self.counts
        return {"popularity": counts.popularity(), "ease": counts.ease(self.l2), "pca": counts.pca(self.components)}

    def save(self, path: Path) -> None:
        """Write an .npz file."""
        with atomic_path(path) as aside:
            np.savez_compressed(
                aside, pairs=self.counts.pairs.astype(np.int32), clips=self.counts.clips, l2=self.l2,
                components=self.components,
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Controls:
        """Read what `save` wrote.

        Raises:
            InputError: when the file is not that.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                counts = PairCounts(arrays["pairs"].astype(np.int64), int(arrays["clips"]))
                return cls(counts, float(arrays["l2"]), int(arrays["components"]))
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{path} does not hold the controls of a tag VAE; evaluate a finished run") from error


def completion(scorer: Scorer, questions: Iterable[Question]) -> dict[str, float]:
    """Return the mean of each ranking metric over questions."""
    results = [ranking_scores(scorer(question.known), question) for question in questions]
    return {name: float(np.mean([result[name] for result in results])) for name in results[0]}


def _best(scorers: Mapping[float, Scorer], questions: Sequence[Question]) -> float:
    def worth(setting: float) -> float:
        figures = completion(scorers[setting], questions)
        return sum(figures[name] for name in CHOSEN_BY)

    return max(scorers, key=worth)
