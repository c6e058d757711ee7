"""Ship a run: its exports, controls, figures and card, as weights that ship with the project.

Examples:
    python -m audio_models.emotion_recognizer.ship --checkpoint checkpoints/emotion_recognizer/mine
    python -m audio_models.emotion_recognizer.ship --checkpoint checkpoints/emotion_recognizer/mine --output-dir plugin
"""

from __future__ import annotations

import sys
from pathlib import Path

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.config import EvaluateConfig, ExportConfig, ShipConfig
from audio_models.emotion_recognizer.evaluate import evaluate
from audio_models.emotion_recognizer.export import export
from shared.cli import entry_point
from shared.datasets.licences import refuse_to_ship
from shared.errors import ConsortError
from shared.files import copy_file, read_json, write_json

_COPIED = (
    run_folder.WEIGHTS_FILE, run_folder.CONFIG_FILE, run_folder.SOURCES_FILE, run_folder.CONTROLS_FILE,
    run_folder.RESULTS_FILE,
)  # fmt: skip


def ship(config: ShipConfig) -> Path:
    """Write the files and return their folder.

    Raises:
        ConsortError: when the run is not complete, its clips may not be trained on for others, or a file is too large.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, shipped=False)
    refuse_to_ship(read_json(folder / run_folder.SOURCES_FILE)["licence"], folder)
    result = evaluate(EvaluateConfig(checkpoint=str(folder), data=config.data))
    write_json(folder / run_folder.RESULTS_FILE, result)
    target = Path(config.output_dir)
    target.mkdir(parents=True, exist_ok=True)
    export(ExportConfig(checkpoint=str(folder), output_dir=str(target)))
    for name in _COPIED:
        copy_file(folder / name, target / name)
    for path in target.glob("emotion_recognizer*.onnx"):
        if path.stat().st_size > config.max_mb * 1e6:
            raise ConsortError(f"{path} has {path.stat().st_size / 1e6:.1f} MB, more than {config.max_mb:g}")
    return target


@entry_point(ShipConfig)
def main(config: ShipConfig) -> None:
    """Ship."""
    print(f"shipped: {ship(config)}")


if __name__ == "__main__":
    sys.exit(main())
