"""Export the chord recognizer: one ONNX file from the waveform to probabilities, verified against PyTorch.

Examples:
    python -m audio_models.chord_recognizer.export
    python -m audio_models.chord_recognizer.export --checkpoint checkpoints/chord_recognizer/first --output-dir plugin
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor, nn

from audio_models.chord_recognizer import run_folder
from audio_models.chord_recognizer.config import ExportConfig
from audio_models.chord_recognizer.model import ChordRecognitionModel
from audio_models.chord_recognizer.model_card import card
from audio_models.chord_recognizer.signatures import OUTPUTS, WAVEFORM, recognizer_signature
from shared.cli import entry_point
from shared.export.torch_onnx import export_torch
from shared.export.verify import Arrays, verify_parity
from shared.files import write_json

# Samples that the exporter never saw: less than a frame, a few seconds, most of a minute.
_EXAMPLE_SAMPLES, _UNSEEN_SAMPLES = 100_003, (3_000, 150_001, 1_500_007)


class Probabilities(nn.Module):
    """The network with probabilities where training has their logarithms: [batch, samples] -> one tensor per head."""

    def __init__(self, model: ChordRecognitionModel) -> None:
        """Take the trained network."""
        super().__init__()
        self.model = model

    def forward(self, waveform: Tensor) -> tuple[Tensor, ...]:
        """Return the heads in the order of `OUTPUTS`."""
        heads = self.model(waveform)
        return tuple(heads[name].softmax(dim=-1) for name in OUTPUTS)


def export(config: ExportConfig) -> Path:
    """Write and verify the export of a run; return the path of the ONNX file.

    Raises:
        ExportError: when the exported model does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    output = Path(config.output_dir) if config.output_dir else folder
    trained = Probabilities(run_folder.load_model(folder)).eval()
    signature = recognizer_signature(trained.model.config)
    sizes = {"samples": _EXAMPLE_SAMPLES}
    path = export_torch(trained, signature, card(signature, folder), output / run_folder.ONNX_FILE, sizes)

    def reference(feeds: Arrays) -> Arrays:
        with torch.no_grad():
            answer = trained(torch.from_numpy(feeds[WAVEFORM]))
        return {name: values.numpy() for name, values in zip(OUTPUTS, answer, strict=True)}

    parity = verify_parity(path, reference, _UNSEEN_SAMPLES)
    write_json(output / run_folder.PARITY_FILE, asdict(parity))
    print(f"{path}: differs from PyTorch by at most {parity.max_difference:.1e} in {parity.cases} comparisons")
    return path


@entry_point(ExportConfig)
def main(config: ExportConfig) -> None:
    """Export."""
    export(config)


if __name__ == "__main__":
    sys.exit(main())
