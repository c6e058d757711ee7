"""Ship a run: its exports, weights, label means, control, figures and card, as weights that ship with the project.

Only a run on recordings whose licence lets weights be given away can ship.

Examples:
    python -m audio_models.harmonic_vae.ship --checkpoint output/mine --credit "songs of A. Author" --licence CC-BY-4.0
    python -m audio_models.harmonic_vae.ship --checkpoint output/mine --credit "..." --licence CC0 --output_dir plugin
"""

from __future__ import annotations

import sys
from pathlib import Path

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.config import EvaluateConfig, ExportConfig, ShipConfig
from audio_models.harmonic_vae.evaluate import evaluate
from audio_models.harmonic_vae.export import export
from audio_models.training.checkpoints import read_weights, write_checkpoint
from shared.cli import entry_point
from shared.datasets.licences import may_ship
from shared.errors import ConsortError
from shared.files import copy_file, read_json, write_json

_COPIED = (
    run_folder.CONFIG_FILE, run_folder.LABELS_FILE, run_folder.CONTROLS_FILE, run_folder.SOURCES_FILE,
    run_folder.RESULTS_FILE,
)  # fmt: skip


def ship(config: ShipConfig) -> Path:
    """Write the files and return their folder.

    Raises:
        ConsortError: when the run may not be given away or is not complete, or the model is too large.
    """
    folder = run_folder.resolve(config.checkpoint, config.output_root, shipped=False)
    refuse_unfree(folder, config.licence)
    if not (folder / run_folder.RESULTS_FILE).is_file():
        write_json(folder / run_folder.RESULTS_FILE, evaluate(EvaluateConfig(checkpoint=str(folder))))
    target = Path(config.output_dir)
    target.mkdir(parents=True, exist_ok=True)
    export(ExportConfig(checkpoint=str(folder), output_dir=str(target)), config.credit, config.licence)
    size_mb = max(path.stat().st_size for path in target.glob("*.onnx")) / 1e6
    if size_mb > config.max_mb:
        raise ConsortError(f"the model has {size_mb:.1f} MB, more than {config.max_mb:g}; train a smaller one")
    for name in _COPIED:
        if (folder / name).is_file():
            copy_file(folder / name, target / name)
    write_checkpoint(target / run_folder.WEIGHTS_FILE, {"model": read_weights(run_folder.weights_of(folder))})
    return target


def refuse_unfree(folder: Path, licence: str) -> None:
    """Refuse to ship what was learnt from recordings that do not allow it.

    Raises:
        ConsortError: naming their licences.
    """
    path = folder / run_folder.SOURCES_FILE
    if not path.is_file():
        raise ConsortError(f"{folder} has no {path.name}; let a training end before it ships")
    # Recordings of a folder of one's own carry no licence: whoever ships states it.
    licences = {name or licence for name in read_json(path)["licence"]} | {licence}
    if refused := sorted(name for name in licences if not may_ship(name)):
        raise ConsortError(f"{folder} learnt from recordings under {', '.join(refused)}; such weights may not be given")


@entry_point(ShipConfig)
def main(config: ShipConfig) -> None:
    """Ship."""
    print(f"shipped: {ship(config)}")


if __name__ == "__main__":
    sys.exit(main())
