"""Export a trained chord generator: full window and step model to ONNX, on request LiteRT and SavedModel.

Examples:
    python -m sequence_models.chord_generator.export
    python -m sequence_models.chord_generator.export --checkpoint checkpoints/chord_generator/first --tflite
"""

from __future__ import annotations

import sys
from pathlib import Path

from sequence_models.chord_generator.config import ExportConfig
from sequence_models.startup import start_tensorflow
from shared.cli import entry_point


def export(config: ExportConfig) -> Path:
    """Write and verify the exports of a run; return the path of the step model.

    Raises:
        ExportError: when an exported model does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    start_tensorflow()
    from sequence_models.chord_generator.exporting import export_run

    return export_run(config)


@entry_point(ExportConfig)
def main(config: ExportConfig) -> None:
    """Export."""
    export(config)


if __name__ == "__main__":
    sys.exit(main())
