"""Several classifiers on one network: outputs and targets are dicts with one entry per head.

Logits are [batch, classes] with class ids [batch], or [batch, frames, classes] with ids [batch, frames]. An id
of `shared.vocabulary.IGNORED` is no example: neither loss nor accuracy counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shared.vocabulary import IGNORED

# What was measured on a batch: name -> (sum, over how many). Sums add up over batches and processes, means do not.
Tally = dict[str, tuple[float, float]]


class HeadsLoss(nn.Module):
    """The weighted sum of one cross-entropy per head."""

    def __init__(self, weights: Mapping[str, float] | None = None, label_smoothing: float = 0.1) -> None:
        """Take a weight for each head; a head without one weighs 1."""
        super().__init__()
        self.weights = dict(weights or {})
        self.label_smoothing = label_smoothing

    def forward(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return `total_loss` and `<head>_loss` for each head that has targets; scalars in nats."""
        losses = {name: cross_entropy(outputs[name], ids, self.label_smoothing) for name, ids in targets.items()}
        total = sum((self.weights.get(name, 1.0) * loss for name, loss in losses.items()), torch.zeros(()))
        return {"total_loss": total, **{f"{name}_loss": loss for name, loss in losses.items()}}


def cross_entropy(logits: Tensor, ids: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Return the mean cross-entropy in nats of logits [..., classes] over the ids [...] that count; 0 if none does."""
    flat = ids.reshape(-1)
    summed = F.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), flat, ignore_index=IGNORED, label_smoothing=label_smoothing,
        reduction="sum",
    )  # fmt: skip
    return summed / (flat != IGNORED).sum().clamp(min=1)


def head_accuracies(outputs: Any, targets: Any) -> Tally:
    """Return `<head>_acc` for every head that has class ids as targets; nothing for other models' outputs."""
    tally: Tally = {}
    if not isinstance(outputs, Mapping) or not isinstance(targets, Mapping):
        return tally
    for name, ids in targets.items():
        if name in outputs and is_ids(ids):
            counted = ids != IGNORED
            hits = (outputs[name].argmax(dim=-1) == ids) & counted
            tally[f"{name}_acc"] = (float(hits.sum()), float(counted.sum()))
    return tally


def is_ids(targets: Any) -> bool:
    """Tell class ids (whole numbers) from other targets."""
    return isinstance(targets, Tensor) and not targets.is_floating_point() and targets.dtype != torch.bool
