"""How well an emotion is told: rank correlation, variance explained."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
