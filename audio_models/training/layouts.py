"""Points of many dimensions laid out in the plane, to be looked at."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

_NEIGHBOURS, _PERPLEXITY = 15, 30.0
_OTHER_STACK = "tensorflow"


def by_tsne(points: NDArray[np.floating], seed: int) -> NDArray[np.float64]:
    """Return places [n, 2] of points [n, dimensions], four or more, by t-SNE (van der Maaten & Hinton 2008)."""
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (len(points) - 1) / 3)
    found = TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(points)
    return np.asarray(found, dtype=np.float64)


def by_umap(points: NDArray[np.floating], seed: int, metric: str = "euclidean") -> NDArray[np.float64]:
    """Return places [n, 2] of points [n, dimensions], four or more, by UMAP (McInnes et al. 2018)."""
    with warnings.catch_warnings(), _without_the_other_stack():
        warnings.simplefilter("ignore")  # of a seed that makes it run on one core
        import umap

        reducer = umap.UMAP(n_neighbors=min(_NEIGHBOURS, len(points) - 1), metric=metric, random_state=seed)
        return np.asarray(reducer.fit_transform(points), dtype=np.float64)


@contextmanager
def _without_the_other_stack() -> Iterator[None]:
    """Let UMAP not find TensorFlow, which it imports for a variant of its own: for half a minute, for nothing."""
    if _OTHER_STACK in sys.modules:
        yield
        return
    sys.modules[_OTHER_STACK] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[_OTHER_STACK]
