"""Export the tag VAE: encoder and decoder as ONNX files of their own, verified against PyTorch.

The encoder gives the mean and the log-variance, never a draw: who wants noise adds it.

Examples:
    python -m audio_models.tag_vae.export
    python -m audio_models.tag_vae.export --checkpoint outputs/tag_vae/mine --output-dir plugin
"""

from __future__ import annotations

import sys
from pathlib import Path

from audio_models.tag_vae import run_folder
from audio_models.tag_vae.config import ExportConfig
from audio_models.tag_vae.model_card import card
from audio_models.tag_vae.signatures import decoder_signature, encoder_signature
from audio_models.training.method_net import MethodNet
from shared.cli import entry_point
from shared.export.torch_onnx import export_torch, verify_torch


def export(config: ExportConfig) -> Path:
    """Write and verify both files; return the folder.

    Raises:
        ExportError: when an exported model does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    folder = run_folder.resolve(config.checkpoint, config.output_root, shipped=False)
    output = Path(config.output_dir) if config.output_dir else folder
    model, taxonomy = run_folder.load_model(folder), run_folder.load_taxonomy(folder)
    for name, part, signature in (
        (run_folder.ENCODER_FILE, MethodNet(model, "encode"), encoder_signature(model, taxonomy)),
        (run_folder.DECODER_FILE, MethodNet(model, "decode"), decoder_signature(model, taxonomy)),
    ):
        export_torch(part, signature, card(signature, folder), output / name)
        verify_torch(output / name, part)
    return output


@entry_point(ExportConfig)
def main(config: ExportConfig) -> None:
    """Export."""
    export(config)


if __name__ == "__main__":
    sys.exit(main())
