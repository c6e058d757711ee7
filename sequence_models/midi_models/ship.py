"""Ship the nets of a run: copy what a user needs of them to the weights that are taken when none are named.

Only nets that learnt from corpora whose licence lets weights be given away can ship, and no sample goes with them.

Examples:
    python -m sequence_models.midi_models.train --task all data=shipped trainer=real --run-name shipped
    python -m sequence_models.midi_models.ship --checkpoint checkpoints/midi_models/shipped
    python -m sequence_models.midi_models.ship --checkpoint my_run --output-dir my_plugin/weights
"""

from __future__ import annotations

import sys
from pathlib import Path

from sequence_models.midi_models import run_folder
from sequence_models.midi_models.config import ShipConfig
from sequence_models.midi_models.model_card import card
from sequence_models.midi_models.run_folder import Net
from sequence_models.midi_models.synthetic import SYNTHETIC
from shared.cli import entry_point
from shared.errors import ConsortError
from shared.export.references import reference_path
from shared.export.signature import Signature, signature_path
from shared.files import copy_file, read_json, write_json, write_text

_OF_THIS_MACHINE = ("run_name", "log_root", "checkpoint_root", "finetune_from", "resume", "export")


def ship(config: ShipConfig) -> Path:
    """Copy the files and return their folder.

    Raises:
        ConsortError: when a net may not be given away, was not evaluated, or is too large.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    nets = run_folder.nets_in(folder)
    for net in nets:
        _check(folder, net, config.max_mb)
    target = Path(config.output_dir)
    for net in nets:
        _ship(folder, target, net)
    return target


def _check(folder: Path, net: Net, max_mb: float) -> None:
    _, data = run_folder.read_settings(folder, net)
    if not data.permissive_only and data.source != SYNTHETIC:
        raise ConsortError(f"{folder} learnt from songs of any licence; train with data=shipped to give weights away")
    for path in (*_models(folder, net), run_folder.results_path(folder, net), run_folder.keras_path(folder, net)):
        if not path.is_file():
            raise ConsortError(f"{path} is missing; export and evaluate the run before it ships")
    for path in _models(folder, net):
        if path.stat().st_size > max_mb * 1e6:
            megabytes = path.stat().st_size / 1e6
            raise ConsortError(f"{path} has {megabytes:.1f} MB, more than {max_mb:g}; train a smaller one")


def _models(folder: Path, net: Net) -> tuple[Path, Path]:
    return run_folder.onnx_path(folder, net), run_folder.onnx_path(folder, net, int8=True)


def _ship(folder: Path, target: Path, net: Net) -> None:
    for path in _models(folder, net):
        copy_file(path, target / path.name)
        copy_file(signature_path(path), signature_path(target / path.name))
        written = Signature.load(signature_path(path))
        write_text((target / path.name).with_suffix(".md"), card(folder, net, written).text(written))
    exact, _ = _models(folder, net)
    for path in (reference_path(exact), run_folder.keras_path(folder, net), run_folder.results_path(folder, net)):
        copy_file(path, target / path.name)
    path = run_folder.training_path(folder, net)
    kept = {name: value for name, value in read_json(path).items() if name not in _OF_THIS_MACHINE}
    write_json(target / path.name, kept)


@entry_point(ShipConfig)
def main(config: ShipConfig) -> None:
    """Ship."""
    print(f"shipped: {ship(config)}")


if __name__ == "__main__":
    sys.exit(main())
