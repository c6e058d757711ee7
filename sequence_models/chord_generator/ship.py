"""Ship a run: copy what a user needs of it to the weights that `generate` takes when none are named.

Only a run on songs whose licence lets weights be given away can ship, and no song goes with it: the n-gram
controls are kept as counts, so that `evaluate` stands beside them without the songs.

Examples:
    python -m sequence_models.chord_generator.train data=shipped --run-name shipped
    python -m sequence_models.chord_generator.ship --checkpoint checkpoints/chord_generator/shipped
    python -m sequence_models.chord_generator.ship --checkpoint my_run --output-dir my_plugin/weights
"""

from __future__ import annotations

import sys
from pathlib import Path

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import ShipConfig
from sequence_models.chord_generator.evaluate import fitted_controls
from sequence_models.chord_generator.model_card import card
from shared.cli import entry_point
from shared.errors import ConsortError
from shared.export.signature import Signature, signature_path
from shared.files import copy_file, write_text

_MODELS = (run_folder.WINDOW_MODEL, run_folder.STEP_MODEL, run_folder.INT8_MODEL)
_OTHERS = (
    run_folder.FINAL_MODEL, run_folder.CONFIG_FILE, run_folder.VOCABULARY_FILE, run_folder.CONTROLS_FILE,
    run_folder.RESULTS_FILE, run_folder.SOURCES_FILE, run_folder.INT8_FILE, run_folder.HISTORY_FILE,
)  # fmt: skip


def ship(config: ShipConfig) -> Path:
    """Copy the files and return their folder.

    Raises:
        ConsortError: when the run may not be given away, was not evaluated, or a model is too large.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.RESULTS_FILE)
    _, data = run_folder.read_settings(folder)
    if not data.permissive_only:
        raise ConsortError(f"{folder} learnt from songs of any licence; train with data=shipped to give weights away")
    fitted_controls(folder)
    for name in (*_MODELS, *_OTHERS):
        _check(folder / name, config.max_mb)
    target = Path(config.output_dir)
    target.mkdir(parents=True, exist_ok=True)
    for name in _MODELS:
        copy_file(folder / name, target / name)
        copy_file(signature_path(folder / name), signature_path(target / name))
    for name in _OTHERS:
        copy_file(folder / name, target / name)
    for name in _MODELS:
        signature = Signature.load(signature_path(target / name))
        write_text((target / name).with_suffix(".md"), card(signature, data, folder).text(signature))
    return target


def _check(path: Path, max_mb: float) -> None:
    if not path.is_file():
        raise ConsortError(f"{path} is missing; export and evaluate the run before it ships")
    if path.stat().st_size > max_mb * 1e6:
        raise ConsortError(f"{path} has {path.stat().st_size / 1e6:.1f} MB, more than {max_mb:g}; train a smaller one")


@entry_point(ShipConfig)
def main(config: ShipConfig) -> None:
    """Ship."""
    print(f"shipped: {ship(config)}")


if __name__ == "__main__":
    sys.exit(main())
