"""Export the emotion recognizer: from the 128 features, and from the waveform with the features inside the graph.

Each is verified against PyTorch, and PyTorch's answers are kept beside it. The first has an int8 twin; the second is
mostly tables of the features, which must stay as they are.

Examples:
    python -m audio_models.emotion_recognizer.export
    python -m audio_models.emotion_recognizer.export --checkpoint checkpoints/emotion_recognizer/mine --output-dir out
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.config import ExportConfig
from audio_models.emotion_recognizer.model import EmotionRecognizer
from audio_models.emotion_recognizer.model_card import card
from audio_models.emotion_recognizer.signatures import features_signature, waveform_signature
from audio_models.training.clip_frontend import ClipSummary
from shared.cli import entry_point
from shared.export.package import ModelCard
from shared.export.quantize import quantize
from shared.export.references import Arrays, reference_difference, write_reference
from shared.export.signature import Signature, signature_path
from shared.export.torch_onnx import export_torch, verify_torch
from shared.files import write_text
from shared.runtime import OnnxModel

# Samples that the exporter never saw: less than a frame, seconds, most of a minute.
_EXAMPLE_SAMPLES, UNSEEN_SAMPLES = 50_003, (700, 90_001, 1_000_003)


class WaveformRecognizer(nn.Module):
    """Waveform [batch, samples] -> embedding [batch, 64]."""

    def __init__(self, recognizer: EmotionRecognizer) -> None:
        """Take the trained network."""
        super().__init__()
        self.summary, self.recognizer = ClipSummary(), recognizer

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the embedding."""
        return self.recognizer(self.summary(waveform))


def export(config: ExportConfig) -> Path:
    """Write and verify all files; return the folder.

    Raises:
        ExportError: when an exported model does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, shipped=False)
    output = Path(config.output_dir) if config.output_dir else folder
    model = run_folder.load_model(folder)
    parts: dict[str, tuple[nn.Module, Signature, tuple[int, ...]]] = {
        run_folder.ONNX_FILE: (model, features_signature(model.config), ())
    }
    if config.waveform:
        whole = WaveformRecognizer(model).eval()
        parts[run_folder.WAVEFORM_FILE] = (whole, waveform_signature(model.config), UNSEEN_SAMPLES)
    for name, (part, signature, lengths) in parts.items():
        path = output / name
        export_torch(part, signature, card(signature, folder), path, {"samples": _EXAMPLE_SAMPLES})
        verify_torch(path, part, lengths)
        write_reference(path, lambda feeds, part=part: _answer(part, feeds))  # type: ignore[misc]
    description = card(features_signature(model.config), folder)
    _write_int8(output / run_folder.ONNX_FILE, output / run_folder.INT8_FILE, description)
    return output


def _write_int8(path: Path, target: Path, description: ModelCard) -> None:
    """Write the int8 twin and its card, which says how far it is from the framework's answers."""
    quantize(path, target)
    apart = reference_difference(OnnxModel(target)) or 0.0
    text = f"{description.metrics}\n\nWith int8 weights the embedding of noise differs by at most {apart:.4f}."
    small = replace(description, title=f"{description.title} (int8)", metrics=text)
    write_text(target.with_suffix(".md"), small.text(Signature.load(signature_path(target))))


@torch.no_grad()
def _answer(part: nn.Module, feeds: Arrays) -> Arrays:
    return {"embedding": part(*(torch.from_numpy(values) for values in feeds.values())).numpy()}


@entry_point(ExportConfig)
def main(config: ExportConfig) -> None:
    """Export."""
    export(config)


if __name__ == "__main__":
    sys.exit(main())
