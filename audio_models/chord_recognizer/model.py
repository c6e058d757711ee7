"""The chord recognizer's network: a waveform in, chords over time (or one chord for a clip) out.

    waveform [batch, samples]                     44.1 kHz
        front end: variable-Q transform           [batch, frames, 252], a frame every 92.9 ms
        tuning: the spectrum moved onto A440
        stem: convolutions                        [batch, frames, d_model]
        4 conformer blocks
        heads: 361 chords, alike in all keys      clip mode: their mean over the clip's frames
    joint [.., 361]  chord_type [.., 32]  root [.., 12]  bass_note [.., 12]

`ChordNet` is what is trained, on features that `prepare` computed once; `ChordRecognitionModel` stands it behind the
front end, so that whoever runs the exported file writes no feature code.

Examples:
    python -m audio_models.chord_recognizer.model
    python -m audio_models.chord_recognizer.model --d-model 96 --num-blocks 3
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from torch import Tensor, nn

from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.conformer import ConformerBlock
from audio_models.chord_recognizer.heads import ChordHeads, Heads, margins
from audio_models.chord_recognizer.stem import Stem
from audio_models.training.frontend import LogFrequency, Tuning
from shared.audio.features import LogFrequencySettings
from shared.cli import entry_point

FEATURES = LogFrequencySettings()


class ChordNet(nn.Module):
    """From features [batch, frames, 252] to heads, each [batch, frames, classes] or, in clip mode, [batch, classes]."""

    def __init__(self, config: ModelConfig) -> None:
        """Build the stem, the blocks and the heads."""
        super().__init__()
        self.mode = config.mode
        self.stem = Stem(FEATURES.n_bins, FEATURES.bins_per_semitone, config.stem_channels, config.d_model)
        self.blocks = nn.ModuleList(
            ConformerBlock(config.d_model, config.num_heads, config.feedforward, config.kernel_frames, config.dropout)
            for _ in range(config.num_blocks)
        )
        octaves = FEATURES.n_bins // FEATURES.bins_per_octave
        self.heads = ChordHeads(config.d_model, config.stem_channels * octaves, config.pitch_class_dim)

    def forward(self, features: Tensor) -> Heads:
        """Return the heads."""
        hidden, folded = self.stem(features)
        for block in self.blocks:
            hidden = block(hidden)
        heads: Heads = self.heads(hidden, folded)
        return of_clip(heads) if self.mode == "clip" else heads


class ChordRecognitionModel(nn.Module):
    """From waveforms [batch, samples] at 44.1 kHz to heads."""

    def __init__(self, config: ModelConfig | None = None, **sizes: int) -> None:
        """Take a config, or some of its sizes by name: `ChordRecognitionModel(d_model=96, num_blocks=3)`."""
        super().__init__()
        self.config = config or ModelConfig(**sizes)  # type: ignore[arg-type]
        self.front_end = nn.Sequential(LogFrequency(FEATURES), Tuning(FEATURES))
        self.net = ChordNet(self.config)

    def forward(self, waveform: Tensor) -> Heads:
        """Return the heads."""
        heads: Heads = self.net(self.front_end(waveform))
        return heads


def of_clip(heads: Heads) -> Heads:
    """Return the heads of whole clips [batch, classes]: of the frames' mean log-probabilities, normalised."""
    joint = heads["joint"].mean(dim=1).log_softmax(dim=-1)
    # The margins of one chord: of a lone frame, whose axis goes again.
    clip = {name: values[:, 0] for name, values in margins(joint[:, None]).items()}
    return {**clip, "bass_note": heads["bass_note"].mean(dim=1)}


def build_model(config: ModelConfig) -> ChordRecognitionModel:
    """Return the network with its front end."""
    return ChordRecognitionModel(config)


@dataclass
class ModelSummaryConfig:
    """`model`: the parts and the number of weights."""

    model: ModelConfig = field(default_factory=ModelConfig)


@entry_point(ModelSummaryConfig)
def main(config: ModelSummaryConfig) -> None:
    """Print the parts and how many weights each holds."""
    print(__doc__)
    model = build_model(config.model)
    for name, part in (("stem", model.net.stem), ("blocks", model.net.blocks), ("heads", model.net.heads)):
        print(f"{name:8s}{sum(weight.numel() for weight in part.parameters()):>12,} weights")
    print(f"{'in all':8s}{sum(weight.numel() for weight in model.parameters()):>12,} weights")


if __name__ == "__main__":
    sys.exit(main())
