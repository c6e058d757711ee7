"""The chord recognizer's network: a waveform in, chords over time (or one chord for a clip) out.

    waveform [batch, samples]                     44.1 kHz
        front end: variable-Q transform           [batch, frames, 252], a frame every 92.9 ms
        tuning: the spectrum moved onto A440
        stem: convolutions                        [batch, frames, 12, 168]: what is heard of each pitch class
        4 conformer blocks, alike in all keys     [batch, frames, 192]
        heads: 361 chords, alike in all keys      clip mode: their mean over the clip's frames
    joint [.., 361]  chord_type [.., 32]  root [.., 12]  bass_note [.., 12]

`net.ChordNet` is what is trained, on features that `prepare` computed once; `ChordRecognitionModel` stands it behind
the front end, so that whoever runs the exported file writes no feature code. With `model=streaming` no frame hears more
than 0.84 s ahead (`streaming`).

Examples:
    python -m audio_models.chord_recognizer.model
    python -m audio_models.chord_recognizer.model --d-model 96 --num-blocks 3
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from torch import Tensor, nn

from audio_models.chord_recognizer.config import ModelConfig
from audio_models.chord_recognizer.heads import Heads
from audio_models.chord_recognizer.net import FEATURES, ChordNet
from audio_models.chord_recognizer.streaming import Stream, StreamingNet
from audio_models.training.frontend import LogFrequency, Tuning
from shared.cli import entry_point
from shared.errors import ConsortError


class ChordRecognitionModel(nn.Module):
    """From waveforms [batch, samples] at 44.1 kHz to heads."""

    def __init__(self, config: ModelConfig | None = None, **sizes: int) -> None:
        """Take a config, or some of its sizes by name: `ChordRecognitionModel(d_model=96, num_blocks=3)`."""
        super().__init__()
        self.config = config or ModelConfig(**sizes)  # type: ignore[arg-type]
        self.front_end = nn.Sequential(LogFrequency(FEATURES), Tuning(FEATURES))
        self.net = build_net(self.config)

    def forward(self, waveform: Tensor) -> Heads:
        """Return the heads."""
        if self.config.streaming:
            return self.stream().whole(waveform)
        heads: Heads = self.net(self.front_end(waveform))
        return heads

    def stream(self) -> Stream:
        """Return what hears a recording window by window; it shares the weights.

        Raises:
            ConsortError: when the network was not built for it.
        """
        if not isinstance(self.net, StreamingNet):
            raise ConsortError("this network hears both ways; train one with model=streaming")
        hear, tune = self.front_end
        assert isinstance(hear, LogFrequency)
        assert isinstance(tune, Tuning)
        return Stream(hear, tune, self.net)


def build_net(config: ModelConfig) -> ChordNet:
    """Return the network without its front end.

    Raises:
        ConsortError: when a clip's chord is to be streamed.
    """
    if not config.streaming:
        return ChordNet(config)
    if config.mode != "frame":
        raise ConsortError("a streaming network gives chords over time; leave model=clip away")
    return StreamingNet(config)


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
    for name, part in model.net.named_children():
        print(f"{name:12s}{sum(weight.numel() for weight in part.parameters()):>12,} weights")
    print(f"{'in all':12s}{sum(weight.numel() for weight in model.parameters()):>12,} weights")


if __name__ == "__main__":
    sys.exit(main())
