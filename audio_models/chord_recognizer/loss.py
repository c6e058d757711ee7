"""The loss: a cross-entropy per head, and one over the 361 chords.

Frames labelled `N` train the chord type (and the joint distribution) only, since they have no root and no bass;
frames labelled `X` train nothing. Targets say so by `IGNORED`.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from audio_models.training.heads import HeadsLoss, cross_entropy
from shared.music.chord_classes import N_QUALITIES, NO_CHORD_ID
from shared.vocabulary import IGNORED


class ChordRecognitionLoss(nn.Module):
    """The weighted sum over `chord_type`, `root`, `bass_note`, and `joint` where the outputs have it."""

    def __init__(
        self,
        chord_type_weight: float = 1.0,
        root_weight: float = 1.0,
        bass_weight: float = 0.5,
        label_smoothing: float = 0.1,
        joint_weight: float = 1.0,
    ) -> None:
        """Take a weight per head, and the share of each target's mass that is spread over all classes."""
        super().__init__()
        weights = {"chord_type": chord_type_weight, "root": root_weight, "bass_note": bass_weight}
        self.heads = HeadsLoss(weights, label_smoothing)
        self.joint_weight, self.label_smoothing = joint_weight, label_smoothing

    def forward(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return `total_loss`, `chord_type_loss`, `root_loss`, `bass_note_loss`, and `joint_loss`; scalars in nats.

        Outputs are [.., classes], targets class ids [..].
        """
        losses: dict[str, Tensor] = self.heads(outputs, targets)
        if "joint" in outputs and self.joint_weight:
            ids = joint_ids(targets["chord_type"], targets["root"])
            losses["joint_loss"] = cross_entropy(outputs["joint"], ids, self.label_smoothing)
            losses["total_loss"] = losses["total_loss"] + self.joint_weight * losses["joint_loss"]
        return losses


def joint_ids(chord_types: Tensor, roots: Tensor) -> Tensor:
    """Return the ids of `shared.music.chord_classes` for types and roots [..]; `IGNORED` for what is neither."""
    sounding = (chord_types >= 0) & (chord_types < N_QUALITIES) & (roots >= 0)
    ids = torch.where(sounding, N_QUALITIES * roots + chord_types, IGNORED)
    return torch.where(chord_types == N_QUALITIES, NO_CHORD_ID, ids)
