"""Ship a run: evaluate it on the rendered sets, and put what a user needs of it where `predict` takes it from.

Only a run on songs whose licence lets weights be given away can ship.

Examples:
    python -m audio_models.chord_recognizer.ship --checkpoint checkpoints/chord_recognizer/first
    python -m audio_models.chord_recognizer.ship --sets hard,isolated --output-dir my_plugin/weights
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from audio_models.chord_recognizer import run_folder
from audio_models.chord_recognizer.config import EvaluateConfig, ExportConfig, ShipConfig
from audio_models.chord_recognizer.evaluate import evaluate
from audio_models.chord_recognizer.export import export
from audio_models.chord_recognizer.model_card import card
from audio_models.training.checkpoints import BEST, read_checkpoint, write_checkpoint
from shared.cli import entry_point
from shared.datasets.licences import refuse_to_ship
from shared.errors import ConsortError
from shared.export.signature import Signature, signature_path
from shared.files import copy_file, read_json, write_json, write_text

_COPIED = (run_folder.CONFIG_FILE, run_folder.SOURCES_FILE, run_folder.HISTORY_FILE, run_folder.DECODER_FILE)
# What going on with a training needs and nothing else does.
_LEFT_OUT = ("optimizer", "scheduler", "rng")


def ship(config: ShipConfig) -> Path:
    """Write the files and return their folder.

    Raises:
        ConsortError: when the run may not be given away, is not complete, or the model is too large.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    _check(folder)
    target = Path(config.output_dir)
    target.mkdir(parents=True, exist_ok=True)
    model = export(ExportConfig(checkpoint=str(folder), output_dir=str(target)))
    size_mb = model.stat().st_size / 1e6
    if size_mb > config.max_mb:
        raise ConsortError(f"{model} has {size_mb:.1f} MB, more than {config.max_mb:g}; train a smaller one")
    results = {name: _figures(model, Path(config.sets_dir) / name) for name in config.sets.split(",") if name}
    write_json(folder / run_folder.RESULTS_FILE, results)
    signature = Signature.load(signature_path(model))
    write_text(model.with_suffix(".md"), card(signature, folder).text(signature))
    for name in (*_COPIED, run_folder.RESULTS_FILE):
        if (folder / name).is_file():
            copy_file(folder / name, target / name)
    content = read_checkpoint(folder / BEST)
    write_checkpoint(target / BEST, content | {name: {} for name in _LEFT_OUT})
    return target


def _check(folder: Path) -> None:
    for name in (run_folder.SOURCES_FILE, run_folder.DECODER_FILE):
        if not (folder / name).is_file():
            raise ConsortError(f"{folder} has no {name}; train and tune a run before it ships")
    licences = read_json(folder / run_folder.SOURCES_FILE)["licence"]
    refuse_to_ship(filter(None, licences), folder)  # what we made ourselves has none


def _figures(model: Path, audio_dir: Path) -> dict[str, Any]:
    """Return the overall figures of a set, ours and the control's."""
    result = evaluate(EvaluateConfig(audio_dir=str(audio_dir), model=str(model)))
    return {"overall": result["overall"], "controls": result["controls"]["templates"]["overall"]}


@entry_point(ShipConfig)
def main(config: ShipConfig) -> None:
    """Ship."""
    print(f"shipped: {ship(config)}")


if __name__ == "__main__":
    sys.exit(main())
