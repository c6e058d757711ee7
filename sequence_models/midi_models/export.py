"""Export trained MIDI nets to ONNX, in float32 and int8, and hold them to the nets that they came from.

Examples:
    python -m sequence_models.midi_models.export
    python -m sequence_models.midi_models.export --checkpoint checkpoints/midi_models/mine --task groove --no-int8
"""

from __future__ import annotations

import sys
from pathlib import Path

from sequence_models.midi_models.config import ExportConfig
from sequence_models.startup import start_tensorflow
from shared.cli import entry_point


def export(config: ExportConfig) -> Path:
    """Write and verify the exports of a run; return their folder.

    Raises:
        ExportError: when an exported net does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    start_tensorflow()
    from sequence_models.midi_models.exporting import export_run

    return export_run(config)


@entry_point(ExportConfig)
def main(config: ExportConfig) -> None:
    """Export."""
    export(config)


if __name__ == "__main__":
    sys.exit(main())
