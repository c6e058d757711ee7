"""Frechet distance between two sets of feature vectors, each taken as a Gaussian.

    d^2 = |m1 - m2|^2 + trace(S1 + S2 - 2 (S1 S2)^(1/2))

Dowson & Landau 1982, J. Multivariate Analysis 12, 450-455; the returned figure is d^2, as is the custom since
Heusel et al. 2017 ("FID"). Covariances are shrunk towards a multiple of the identity by the amount of Ledoit
& Wolf 2004 (J. Multivariate Analysis 88, 365-411), so fewer vectors than dimensions are no obstacle. The
figure grows as sets shrink: compare figures of equal set size only, and name size, features and sets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError

Features = NDArray[np.float64]


def frechet_distance(first: ArrayLike, second: ArrayLike) -> float:
    """Return d^2 between two sets of features, [n, dimensions] and [m, dimensions].

    Raises:
        InputError: when a set has fewer than two vectors or the dimensions differ.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise InputError(f"a Frechet distance needs two sets of two vectors or more, not {a.shape} and {b.shape}")
    cov_a, cov_b = shrunk_covariance(a), shrunk_covariance(b)
    root_a = _symmetric_root(cov_a)
    # (S1 S2)^(1/2) has the trace of (S1^(1/2) S2 S1^(1/2))^(1/2), which is symmetric: no complex roots.
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root_a @ cov_b @ root_a), 0)).sum()
    means = a.mean(axis=0) - b.mean(axis=0)
    return float(max(means @ means + np.trace(cov_a) + np.trace(cov_b) - 2 * cross, 0.0))


def shrunk_covariance(features: Features) -> Features:
    """Return the covariance [dimensions, dimensions] of features [n, dimensions], shrunk by Ledoit & Wolf."""
    n, dimensions = features.shape
    centred = features - features.mean(axis=0)
    sample = centred.T @ centred / n
    target = np.eye(dimensions) * np.trace(sample) / dimensions
    distance = float(np.sum((sample - target) ** 2))
    squares = centred**2
    # Sum over vectors of |x x' - S|^2, without building the outer products.
    noise = float(np.sum(squares.T @ squares) / n - np.sum(sample**2)) / n
    amount = min(max(noise / distance, 0.0), 1.0) if distance > 0 else 1.0
    return np.asarray((1 - amount) * sample + amount * target)


def beside_real_halves(generated: Features, real: Features, n_splits: int = 5, seed: int = 0) -> dict[str, float]:
    """Measure generated against real features, and beside it the distance between halves of the real ones.

    Every figure is the mean over `n_splits` random halvings of the real set; the generated set is drawn down
    to the size of a half, so that both figures carry the same bias.

    Returns:
        `generated_real`, `real_real`, `ratio` of the two and `n`, the vectors in each compared set.
    """
    rng = np.random.default_rng(seed)
    n = min(len(real) // 2, len(generated))
    if n < 2:
        raise InputError(f"a Frechet distance needs 4 real and 2 generated vectors, not {len(real)}, {len(generated)}")
    against, within = [], []
    for _ in range(n_splits):
        order = rng.permutation(len(real))
        left, right = real[order[:n]], real[order[n : 2 * n]]
        chosen = generated[rng.permutation(len(generated))[:n]]
        within.append(frechet_distance(left, right))
        against.append(frechet_distance(chosen, right))
    pair = float(np.mean(against)), float(np.mean(within))
    return {"generated_real": pair[0], "real_real": pair[1], "ratio": pair[0] / max(pair[1], 1e-12), "n": n}


def _symmetric_root(matrix: Features) -> Features:
    """Return the square root of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)
