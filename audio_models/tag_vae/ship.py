"""Ship a run: its exports, taxonomy, controls, figures and card, as weights that ship with the project.

Examples:
    python -m audio_models.tag_vae.ship --checkpoint outputs/tag_vae/mine
    python -m audio_models.tag_vae.ship --checkpoint outputs/tag_vae/mine --output-dir my_plugin/weights
"""

from __future__ import annotations

import sys
from pathlib import Path

from audio_models.tag_vae import run_folder
from audio_models.tag_vae.config import DataConfig, EvaluateConfig, ExportConfig, ShipConfig
from audio_models.tag_vae.data import load_splits
from audio_models.tag_vae.evaluate import evaluate
from audio_models.tag_vae.export import export
from shared.cli import entry_point
from shared.datasets.licences import refuse_to_ship
from shared.files import copy_file, read_json, write_json

_COPIED = (
    run_folder.WEIGHTS_FILE, run_folder.CONFIG_FILE, run_folder.TAXONOMY_FILE, run_folder.CONTROLS_FILE,
    run_folder.RESULTS_FILE,
)  # fmt: skip


def ship(config: ShipConfig) -> Path:
    """Write the files and return their folder.

    Raises:
        ConsortError: when the run is not complete, or its clips may not be trained on for others.
    """
    folder = run_folder.resolve(config.checkpoint, config.output_root, shipped=False)
    settings = read_json(folder / run_folder.CONFIG_FILE)
    refuse_to_ship((clip.licence for clip in load_splits(DataConfig(**settings["data"])).train), folder)
    write_json(folder / run_folder.RESULTS_FILE, evaluate(EvaluateConfig(checkpoint=str(folder))))
    target = Path(config.output_dir)
    target.mkdir(parents=True, exist_ok=True)
    export(ExportConfig(checkpoint=str(folder), output_dir=str(target)))
    for name in _COPIED:
        copy_file(folder / name, target / name)
    return target


@entry_point(ShipConfig)
def main(config: ShipConfig) -> None:
    """Ship."""
    print(f"shipped: {ship(config)}")


if __name__ == "__main__":
    sys.exit(main())
