"""The loss: of the point where it is known, of the signs where only the quadrant is, of the features always."""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from audio_models.emotion_recognizer.config import LossConfig
from audio_models.training.heads import Tally
from shared.music.emotion_point import DIMENSIONS


class EmotionLoss(nn.Module):
    """The weighted sum of three means over the batch.

    Targets have the names of the outputs. Those of `embedding` are [batch, 4, 2] and those of `signs` [batch, 2, 2]:
    a value and what it weighs. A point is valence, arousal, dominance, 2 * intensity - 1; a sign is 0 or 1, or
    between where examples are mixed. `features` are standardised [batch, 128].
    """

    def __init__(self, weights: LossConfig) -> None:
        """Take the weights of the parts."""
        super().__init__()
        self.weights = weights

    def forward(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return `total_loss`, `point_loss`, `sign_loss` (nats) and `reconstruction_loss`; scalars."""
        wanted, weight = targets["embedding"].unbind(dim=2)
        point = (weight * (outputs["embedding"][:, : len(DIMENSIONS)] - wanted).square()).sum(dim=1).mean()
        signs, weight = targets["signs"].unbind(dim=2)
        nats = F.binary_cross_entropy_with_logits(outputs["signs"], signs, reduction="none")
        sign = (weight * nats).mean(dim=1).mean()
        reconstruction = (outputs["features"] - targets["features"]).square().mean()
        weights = self.weights
        total = weights.point * point + weights.signs * sign + weights.reconstruction * reconstruction
        return {"total_loss": total, "point_loss": point, "sign_loss": sign, "reconstruction_loss": reconstruction}


def point_measures(outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tally:
    """Return the squared error of valence and arousal where they are known, and how often the quadrant is right."""
    point, (wanted, weight) = outputs["embedding"], targets["embedding"].unbind(dim=2)
    tally: Tally = {}
    for index, name in enumerate(DIMENSIONS[:2]):
        counted = weight[:, index] > 0
        error = (point[:, index] - wanted[:, index]).square()[counted]
        tally[f"{name}_mse"] = (float(error.sum()), float(counted.sum()))
    right = ((point[:, :2] > 0) == (targets["signs"][..., 0] > 0.5)).all(dim=1)
    tally["quadrant_acc"] = (float(right.sum()), float(len(right)))
    return tally
