"""Does each latent dimension speak of one thing? MIG and DCI, on clips whose factors are known.

| metric            | source                     | 1 when                                                             |
|-------------------|----------------------------|--------------------------------------------------------------------|
| `mig`             | Chen et al. 2018           | one dimension alone tells each factor                              |
| `disentanglement` | Eastwood & Williams 2018   | each dimension serves one factor                                   |
| `completeness`    | the same                   | each factor is served by one dimension                             |
| `informativeness` | the same                   | the factors can be read from the code (held-out accuracy)          |
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.floating]
Factors = NDArray[np.integer]
_BINS = 20
_TREES = 60
_TRAIN_SHARE = 0.7


def mutual_information_gap(codes: Codes, factors: Factors) -> float:
    """Return the MIG of codes [clips, latent_dim] and factors [clips, factors], values from 0 on."""
    binned = np.stack([_binned(column) for column in codes.T])
    gaps = []
    for factor in factors.T:
        shared = sorted(_mutual_information(column, factor) for column in binned)
        gaps.append((shared[-1] - shared[-2]) / _mutual_information(factor, factor))
    return float(np.mean(gaps))


def _binned(column: Codes) -> NDArray[np.int64]:
    edges = np.histogram_bin_edges(column, _BINS)[1:-1]
    return np.asarray(np.digitize(column, edges), dtype=np.int64)


def _mutual_information(first: NDArray[np.integer], second: NDArray[np.integer]) -> float:
    """Return the mutual information in nats; of a variable with itself that is its entropy."""
    table = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(table, (first, second), 1 / len(first))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    there = table > 0
    return float((table[there] * np.log(table[there] / expected[there])).sum())


def dci(codes: Codes, factors: Factors, seed: int = 0) -> dict[str, float]:
    """Return disentanglement, completeness and informativeness; random forests read factors from codes."""
    from sklearn.ensemble import RandomForestClassifier

    order = np.random.default_rng(seed).permutation(len(codes))
    cut = int(_TRAIN_SHARE * len(codes))
    train, test = order[:cut], order[cut:]
    columns, right = [], []
    for factor in factors.T:
        # Every split sees all dimensions: one that says nothing is never chosen for want of another.
        forest = RandomForestClassifier(_TREES, max_features=None, random_state=seed, n_jobs=1)
        forest.fit(codes[train], factor[train])
        columns.append(forest.feature_importances_)
        right.append(forest.score(codes[test], factor[test]))
    importance = np.stack(columns, axis=1)  # [latent_dim, factors]
    by_code = importance.sum(axis=1) / importance.sum()
    return {
        "disentanglement": float((_sureness(importance) * by_code).sum()),
        "completeness": float(_sureness(importance.T).mean()),
        "informativeness": float(np.mean(right)),
    }


def _sureness(importance: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return 1 minus the normalised entropy of each row; 0 for a row that says nothing."""
    sums = importance.sum(axis=1, keepdims=True)
    shares = importance / np.maximum(sums, 1e-12)
    entropy = -(shares * np.log(shares + 1e-12)).sum(axis=1) / np.log(importance.shape[1])
    return np.asarray(np.where(sums[:, 0] > 0, 1 - entropy, 0.0))
