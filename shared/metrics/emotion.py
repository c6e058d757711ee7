"""How well an emotion is told: rank correlation, variance explained, and the ridge regression that a sceptic tries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Return Spearman's rank correlation of two series [n], ties at their mean rank; 0 where one does not vary."""
    return pearson(_ranks(np.asarray(first)), _ranks(np.asarray(second)))


def pearson(first: ArrayLike, second: ArrayLike) -> float:
    """Return Pearson's correlation of two series [n]; 0 where one does not vary."""
    a, b = (np.asarray(series, dtype=np.float64) for series in (first, second))
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


def r2(targets: ArrayLike, predictions: ArrayLike) -> float:
    """Return the share of the targets' [n] variance that predictions [n] explain: 1 perfect, 0 as their mean."""
    wanted, got = np.asarray(targets, dtype=np.float64), np.asarray(predictions, dtype=np.float64)
    return 1.0 - float(((wanted - got) ** 2).sum() / ((wanted - wanted.mean()) ** 2).sum())


def _ranks(values: NDArray[np.generic]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts - 1) / 2.0)[places]
    return ranks


@dataclass(frozen=True, eq=False)
class Ridge:
    """A linear map of standardised features, its weights held small (Hoerl and Kennard 1970).

    Attributes:
        mean: [features] of what it was fitted on.
        spread: [features] standard deviations; 1 where a feature does not vary.
        weights: [features, targets].
        offset: [targets].
    """

    mean: Array
    spread: Array
    weights: Array
    offset: Array

    @classmethod
    def fit(cls, features: Array, targets: Array, strength: float = 10.0) -> Ridge:
        """Fit features [n, features] to targets [n, targets]; `strength` is in examples, 0 for least squares."""
        mean, spread = features.mean(axis=0), features.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        scaled, offset = (features - mean) / spread, targets.mean(axis=0)
        weights = np.linalg.solve(scaled.T @ scaled + strength * np.eye(scaled.shape[1]), scaled.T @ (targets - offset))
        return cls(mean, spread, weights, offset)

    def predict(self, features: Array) -> Array:
        """Return the targets [n, targets] of features [n, features]."""
        predicted: Array = (features - self.mean) / self.spread @ self.weights + self.offset
        return predicted


def held_out(features: Array, targets: Array, groups: list[str], folds: int = 5, strength: float = 10.0) -> Array:
    """Return for each example [n, targets] what a ridge says that was fitted without its group."""
    names = {group: index % folds for index, group in enumerate(sorted(set(groups)))}
    fold = np.array([names[group] for group in groups])
    predicted = np.zeros_like(targets, dtype=np.float64)
    for index in range(folds):
        ridge = Ridge.fit(features[fold != index], targets[fold != index], strength)
        predicted[fold == index] = ridge.predict(features[fold == index])
    return predicted
