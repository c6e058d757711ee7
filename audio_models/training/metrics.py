"""Running figures of an epoch, and the scores of a classifier.

The scores themselves are those of `shared.metrics.classification`; here they take tensors on any device, logits
as well as class ids, and leave out ids of `IGNORED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from audio_models.training.heads import Tally, head_accuracies
from shared.errors import InputError
from shared.metrics.classification import confusion_matrix, per_class, top_k_accuracy
from shared.vocabulary import IGNORED


class MetricsTracker:
    """Means over an epoch: losses weighted by the size of their batch, measures by what they counted."""

    def __init__(self, measures: Callable[[Any, Any], Tally] = head_accuracies) -> None:
        """Take the function that measures outputs against targets."""
        self._measures = measures
        self._sums: dict[str, tuple[float, float]] = {}

    def update(self, loss_dict: Mapping[str, Tensor | float], outputs: Any, targets: Any, batch_size: int) -> None:
        """Add a batch.

        Args:
            loss_dict: name to the mean over the batch, such as `total_loss`.
            outputs: what the model returned, such as logits [batch, classes] per head.
            targets: what it is held against, such as ids [batch] per head.
            batch_size: examples in the batch; 0 when it only fills up a process's share and must not count.
        """
        for name, loss in loss_dict.items():
            self._add(name, float(loss) * batch_size, batch_size)
        for name, (total, count) in self._measures(outputs, targets).items():
            self._add(name, total if batch_size else 0.0, count if batch_size else 0.0)

    def _add(self, name: str, total: float, count: float) -> None:
        before_total, before_count = self._sums.get(name, (0.0, 0.0))
        self._sums[name] = (before_total + total, before_count + count)

    def get_metrics(self) -> dict[str, float]:
        """Return the means so far; a measure that counted nothing is 0."""
        return {name: total / count if count else 0.0 for name, (total, count) in self._sums.items()}

    def summary(self) -> str:
        """Return one line to read: losses with four decimals, accuracies in percent."""
        values = self.get_metrics().items()
        return ", ".join(
            f"{name} {value:.1%}" if name.endswith("_acc") else f"{name} {value:.4f}" for name, value in values
        )

    def reset(self) -> None:
        """Forget everything."""
        self._sums.clear()

    def merge(self, reduce: Callable[[Tensor], Tensor]) -> None:
        """Take in the sums of the other processes; `reduce` adds a tensor up over all of them."""
        names = sorted(self._sums)
        merged = reduce(torch.tensor([self._sums[name] for name in names], dtype=torch.float64))
        self._sums = {name: (float(row[0]), float(row[1])) for name, row in zip(names, merged, strict=True)}

    def state_dict(self) -> dict[str, list[float]]:
        """Return the sums as plain data."""
        return {name: list(pair) for name, pair in self._sums.items()}

    def load_state_dict(self, state: Mapping[str, list[float]]) -> None:
        """Take up the sums of `state_dict`."""
        self._sums = {name: (pair[0], pair[1]) for name, pair in state.items()}


def compute_topk_accuracy(logits: Tensor, targets: Tensor, k: int = 5) -> float:
    """Return the share of ids [...] that are among the k greatest of logits [..., classes].

    Raises:
        InputError: when k is not between 1 and the number of classes, or no id counts.
    """
    counted = targets.reshape(-1) != IGNORED
    rows = logits.detach().reshape(-1, logits.shape[-1])[counted]
    ids = targets.reshape(-1)[counted]
    if not len(ids):
        raise InputError("top-k accuracy needs at least one target that is not ignored")
    return top_k_accuracy(_array(ids), _array(rows.float()), k)


def compute_confusion_matrix(predictions: Tensor, targets: Tensor, num_classes: int) -> Tensor:
    """Return counts [num_classes, num_classes]: row the true class, column the predicted one.

    Args:
        predictions: class ids [...], or logits [..., num_classes].
        targets: class ids [...].
        num_classes: how many classes there are.

    Raises:
        InputError: when an id is outside 0 to num_classes - 1, or no id counts.
    """
    ids = predictions.argmax(dim=-1) if predictions.ndim == targets.ndim + 1 else predictions
    if ids.shape != targets.shape:
        raise InputError(f"predictions {list(predictions.shape)} do not fit targets {list(targets.shape)}")
    counted = targets != IGNORED
    return torch.from_numpy(confusion_matrix(_array(targets[counted]), _array(ids[counted]), num_classes))


def compute_per_class_metrics(predictions: Tensor, targets: Tensor, num_classes: int) -> dict[str, Tensor]:
    """Return `precision`, `recall`, `f1` (0-1) and `support` (a count), each [num_classes].

    Args:
        predictions: class ids [...], or logits [..., num_classes].
        targets: class ids [...].
        num_classes: how many classes there are.

    Raises:
        InputError: as `compute_confusion_matrix`.
    """
    scores = per_class(compute_confusion_matrix(predictions, targets, num_classes).numpy())
    names = ("precision", "recall", "f1", "support")
    return {name: torch.tensor([getattr(score, name) for score in scores]) for name in names}


def _array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy()
