"""The part of the network that learns: from features to heads."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.conformer import ConformerBlock
from audio_models.chord_recognizer.heads import ChordHeads, Heads, margins
from audio_models.chord_recognizer.pitch_classes import PitchClassLinear, by_channel
from audio_models.chord_recognizer.stem import REACH_FRAMES, Stem
from shared.audio.features import LogFrequencySettings

FEATURES = LogFrequencySettings()


class ChordNet(nn.Module):
    """From features [batch, frames, 252] to heads, each [batch, frames, classes] or, in clip mode, [batch, classes]."""

    def __init__(self, config: ModelConfig) -> None:
        """Build the stem, the blocks and the heads."""
        super().__init__()
        self.mode = config.mode
        self.stem = Stem(FEATURES.bins_per_semitone, config.stem_channels)
        folded_dim = config.stem_channels * (FEATURES.n_bins // FEATURES.bins_per_octave)
        channels = config.channels
        self.into_blocks = PitchClassLinear(folded_dim, channels)
        self.blocks = nn.ModuleList(
            ConformerBlock(channels, config.num_heads, config.feedforward, config.kernel_frames, config.dropout)
            for _ in range(config.num_blocks)
        )
        self.heads = ChordHeads(channels, folded_dim)

    def forward(self, features: Tensor) -> Heads:
        """Return the heads; before and after the features lies silence."""
        heads = self.hear(self.stem(in_silence(features)))
        return of_clip(heads) if self.mode == "clip" else heads

    def hear(self, folded: Tensor) -> Heads:
        """Return the heads of what the stem heard, [batch, frames, 12, stem channels * octaves]."""
        hidden = self.into_blocks(by_channel(folded))
        for block in self.blocks:
            hidden = block(hidden)
        heads: Heads = self.heads(hidden, folded)
        return heads


def in_silence(features: Tensor) -> Tensor:
    """Return features with the silent frames before and after them that the stem asks for."""
    return F.pad(features, (0, 0, REACH_FRAMES, REACH_FRAMES))


def of_clip(heads: Heads) -> Heads:
    """Return the heads of whole clips [batch, classes]: of the frames' mean log-probabilities, normalised."""
    joint = heads["joint"].mean(dim=1).log_softmax(dim=-1)
    # The margins of one chord: of a lone frame, whose axis goes again.
    clip = {name: values[:, 0] for name, values in margins(joint[:, None]).items()}
    return {**clip, "bass_note": heads["bass_note"].mean(dim=1)}
