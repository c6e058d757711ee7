"""Scores of a classifier: accuracy, top-k accuracy, confusion matrix, precision, recall and F1 per class.

Plain NumPy. Classes are ids 0 to n_classes - 1; rows of the confusion matrix are the truth, columns the
prediction (as in scikit-learn). A class that was never predicted has precision 0, one that never occurred
has recall 0, and its `support` of 0 says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError


def accuracy(targets: ArrayLike, predictions: ArrayLike) -> float:
    """Return the share of `predictions` [n] that equal `targets` [n]."""
    truth, guess = _paired(targets, predictions)
    return float(np.mean(truth == guess))


def ranks(scores: ArrayLike, targets: ArrayLike) -> NDArray[np.int64]:
    """Return how many classes stand before the true one; 0 is a hit.

    Equal scores keep the order of their ids, as in `np.argmax`, so a model that gives every class the same
    score earns no hit by the tie.

    Args:
        scores: [..., n_classes], the greater the likelier.
        targets: ids [...].
    """
    values, truth = np.asarray(scores), np.asarray(targets)
    own = np.take_along_axis(values, truth[..., None], axis=-1)
    earlier = np.arange(values.shape[-1]) < truth[..., None]
    before = (values > own) | ((values == own) & earlier)
    return np.asarray(before.sum(axis=-1), dtype=np.int64)


def top_k_accuracy(targets: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Return the share of rows of `scores` [n, n_classes] whose k greatest hold the target [n].

    Raises:
        InputError: when k is not between 1 and the number of classes.
    """
    n_classes = np.asarray(scores).shape[-1]
    if not 1 <= k <= n_classes:
        raise InputError(f"top-k accuracy of {n_classes} classes needs k from 1 to {n_classes}, not {k}")
    return float(np.mean(ranks(scores, targets) < k))


def confusion_matrix(targets: ArrayLike, predictions: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    """Return counts [n_classes, n_classes]: row the true class, column the predicted one.

    Raises:
        InputError: when an id is outside 0 to n_classes - 1.
    """
    truth, guess = _paired(targets, predictions)
    both = np.concatenate([truth, guess])
    if both.min() < 0 or both.max() >= n_classes:
        raise InputError(f"class ids run from 0 to {n_classes - 1}, but {both.min()} to {both.max()} were given")
    counts = np.bincount(truth * n_classes + guess, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes)


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall, F1 (each 0-1) and support (a count) of one class."""

    precision: float
    recall: float
    f1: float
    support: int


def per_class(confusion: NDArray[np.int64]) -> list[ClassScores]:
    """Return the scores of each class of a confusion matrix [n_classes, n_classes]."""
    hits, truth, guess = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    precision = _ratio(hits, guess)
    recall = _ratio(hits, truth)
    f1 = _ratio(2 * hits, truth + guess)  # the harmonic mean of the two, defined even when both are 0
    columns = zip(precision, recall, f1, truth, strict=True)
    return [ClassScores(float(p), float(r), float(f), int(n)) for p, r, f, n in columns]


def report(confusion: NDArray[np.int64], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the scores per class name, and their unweighted mean over the classes that occur as `macro`."""
    scores = per_class(confusion)
    table: dict[str, dict[str, float]] = {
        name: {"precision": s.precision, "recall": s.recall, "f1": s.f1, "support": s.support}
        for name, s in zip(names, scores, strict=True)
    }
    seen = [s for s in scores if s.support] or scores
    table["macro"] = {
        "precision": float(np.mean([s.precision for s in seen])),
        "recall": float(np.mean([s.recall for s in seen])),
        "f1": float(np.mean([s.f1 for s in seen])),
        "support": int(confusion.sum()),
    }
    return table


def _ratio(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Divide, with 0 for 0 / 0."""
    return np.divide(parts, wholes, out=np.zeros(len(parts)), where=wholes > 0)


def _paired(targets: ArrayLike, predictions: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return both as flat ids, refusing unequal or empty ones."""
    truth = np.asarray(targets, dtype=np.int64).ravel()
    guess = np.asarray(predictions, dtype=np.int64).ravel()
    if len(truth) != len(guess) or not len(truth):
        raise InputError(f"each prediction needs its target, but {len(guess)} and {len(truth)} were given")
    return truth, guess
