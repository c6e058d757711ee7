"""Export the chord recognizer: one ONNX file from the waveform to probabilities, verified against PyTorch.

A streaming network gets a second file, which hears part by part and carries its memory.

Examples:
    python -m audio_models.chord_recognizer.export
    python -m audio_models.chord_recognizer.export --checkpoint checkpoints/chord_recognizer/first --output-dir plugin
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from torch import Tensor, nn

from audio_models.chord_recognizer import run_folder
from audio_models.chord_recognizer.config import ExportConfig
from audio_models.chord_recognizer.heads import Heads
from audio_models.chord_recognizer.model import ChordRecognitionModel
from audio_models.chord_recognizer.model_card import card
from audio_models.chord_recognizer.signatures import OUTPUTS, recognizer_signature, stream_signature
from audio_models.chord_recognizer.streaming import Memory, Stream
from shared.cli import entry_point
from shared.export.package import ModelCard
from shared.export.torch_onnx import export_torch, verify_torch
from shared.files import write_json

# Samples that the exporter never saw: less than a frame, a few seconds, most of a minute.
_EXAMPLE_SAMPLES, _UNSEEN_SAMPLES = 100_003, (3_000, 150_001, 1_500_007)
# The same for the frames of a stream's part: one, a few, more than the memory holds.
_EXAMPLE_FRAMES, _UNSEEN_FRAMES = 31, (1, 6, 150)


class Probabilities(nn.Module):
    """The network with probabilities where training has their logarithms: [batch, samples] -> one tensor per head."""

    def __init__(self, model: ChordRecognitionModel) -> None:
        """Take the trained network."""
        super().__init__()
        self.model = model

    def forward(self, waveform: Tensor) -> tuple[Tensor, ...]:
        """Return the heads in the order of `OUTPUTS`."""
        return _in_order(self.model(waveform))


class StreamProbabilities(nn.Module):
    """The same for a stream: [batch, frames, hop_length] and the memory -> heads and the new memory."""

    def __init__(self, stream: Stream) -> None:
        """Take the trained network."""
        super().__init__()
        self.stream = stream

    # The exporter wants every tensor by name: no *memory.
    def forward(
        self, hops: Tensor, sound: Tensor, norms: Tensor, tuning: Tensor, present: Tensor, keys: Tensor,
        values: Tensor, gated: Tensor,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        """Return the heads in the order of `OUTPUTS`, then the memory in the order of its fields."""
        heads, after = self.stream(hops, Memory(sound, norms, tuning, present, keys, values, gated))
        return (*_in_order(heads), *after)


def _in_order(heads: Heads) -> tuple[Tensor, ...]:
    return tuple(heads[name].softmax(dim=-1) for name in OUTPUTS)


def export(config: ExportConfig) -> Path:
    """Write and verify the exports of a run; return the path of the ONNX file that takes whole recordings.

    Raises:
        ExportError: when an exported model does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    output = Path(config.output_dir) if config.output_dir else folder
    model = run_folder.load_model(folder)
    decoder = run_folder.decoder_settings(folder)
    signature = recognizer_signature(model.config, decoder)
    description = card(signature, folder)
    path = output / run_folder.ONNX_FILE
    export_torch(Probabilities(model), signature, description, path, {"samples": _EXAMPLE_SAMPLES})
    parity = verify_torch(path, Probabilities(model), _UNSEEN_SAMPLES)
    write_json(output / run_folder.PARITY_FILE, asdict(parity))
    if model.config.streaming:
        export_stream(model, decoder, description, output / run_folder.STREAM_ONNX_FILE)
    return path


def export_stream(
    model: ChordRecognitionModel, decoder: Mapping[str, float], description: ModelCard, path: Path
) -> Path:
    """Write and verify the step of a streaming network.

    Raises:
        ExportError: when it does not answer as the trained one.
    """
    step = StreamProbabilities(model.stream()).eval()
    export_torch(step, stream_signature(model.config, decoder), description, path, {"frames": _EXAMPLE_FRAMES})
    verify_torch(path, step, _UNSEEN_FRAMES)
    return path


@entry_point(ExportConfig)
def main(config: ExportConfig) -> None:
    """Export."""
    export(config)


if __name__ == "__main__":
    sys.exit(main())
