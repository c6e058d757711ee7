"""How well a ranking finds what was hidden: recall, NDCG and average precision, as recommenders are judged.

Rows are clips, columns items. What a clip was asked with is never ranked. Recall is that of Liang et al. 2018
(Variational Autoencoders for Collaborative Filtering): of what could be found within the first k places.

| metric            | 1 when                                                        |
|-------------------|---------------------------------------------------------------|
| `recall_at_k`     | min(k, hidden) of the hidden items are among the first k       |
| `ndcg_at_k`       | and they stand first (gain 1, discount 1 / log2(place + 1))   |
| `average_precision` | every hidden item stands before every other                |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

Rows = NDArray[np.floating]
Hits = NDArray[np.float64]  # [clips, items]: 1 where a hidden item stands, in the order of the ranking
AT = 10


@dataclass(frozen=True, eq=False)
class Question:
    """What is known of clips and what was hidden of them, [clips, items] of 0 and 1 each; nothing is in both."""

    known: Rows
    hidden: Rows


def hide(rows: Rows, share: float, seed: int = 0) -> Question:
    """Hide a share of each row's items, at least one, and leave at least one.

    Args:
        rows: 0 and 1, [clips, items], each with two items at least.
        share: of the items, to be hidden.
        seed: of the draw.

    Raises:
        InputError: when a row has fewer than two items, or the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise InputError(f"the share of hidden items is {share}; it must lie between 0 and 1")
    rng = np.random.default_rng(seed)
    hidden = np.zeros_like(rows)
    for row, items in zip(hidden, rows, strict=True):
        there = np.flatnonzero(items)
        if len(there) < 2:
            raise InputError("only clips with two items or more can be asked: one is shown and one is hidden")
        count = min(max(1, round(share * len(there))), len(there) - 1)
        row[rng.choice(there, count, replace=False)] = 1
    return Question(rows - hidden, hidden)


def ranked(scores: Rows, known: Rows) -> NDArray[np.int64]:
    """Return the items of each row in the order of their scores, the best first; what is known comes last."""
    open_scores = np.where(known > 0, -np.inf, scores)
    return np.argsort(-open_scores, axis=1, kind="stable")


def recall_at_k(scores: Rows, question: Question, k: int = AT) -> NDArray[np.float64]:
    """Return the recall of each row."""
    return _recall(_hits(scores, question), k)


def _recall(hits: Hits, k: int = AT) -> NDArray[np.float64]:
    return np.asarray(hits[:, :k].sum(axis=1) / np.minimum(hits.sum(axis=1), k))


def ndcg_at_k(scores: Rows, question: Question, k: int = AT) -> NDArray[np.float64]:
    """Return the normalised discounted cumulative gain of each row."""
    return _ndcg(_hits(scores, question), k)


def _ndcg(hits: Hits, k: int = AT) -> NDArray[np.float64]:
    first = hits[:, :k]
    discount = 1 / np.log2(np.arange(2, first.shape[1] + 2))
    best = np.cumsum(discount)[np.minimum(hits.sum(axis=1).astype(int), first.shape[1]) - 1]
    return np.asarray(first @ discount / best)


def average_precision(scores: Rows, question: Question) -> NDArray[np.float64]:
    """Return the mean over each row's hidden items of the precision at their place."""
    return _average_precision(_hits(scores, question))


def _average_precision(hits: Hits) -> NDArray[np.float64]:
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    return np.asarray((precision * hits).sum(axis=1) / hits.sum(axis=1))


def _hits(scores: Rows, question: Question) -> Hits:
    """Return 1 where a hidden item stands, in the order of the ranking, [clips, items]."""
    order = ranked(scores, question.known)
    return np.take_along_axis(question.hidden, order, axis=1).astype(np.float64)


# Of the same ranking: it is sorted once for all of them.
METRICS: dict[str, Callable[[Hits], NDArray[np.float64]]] = {
    "recall_at_10": _recall,
    "ndcg_at_10": _ndcg,
    "mean_average_precision": _average_precision,
}


def ranking_scores(scores: Rows, question: Question) -> dict[str, float]:
    """Return the mean of each of `METRICS` over the rows."""
    hits = _hits(scores, question)
    return {name: float(metric(hits).mean()) for name, metric in METRICS.items()}
