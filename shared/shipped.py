"""The trained weights that ship with the project: found from any working directory, without a training.

They lie directly in `checkpoints/<model>/`; a user's own runs are folders below it. `checkpoints/README.md` names
the files.
"""

from __future__ import annotations

from pathlib import Path

from shared.errors import ConsortError, InputError
from shared.runs import PROJECT_ROOT, latest_run

CHECKPOINTS = PROJECT_ROOT / "checkpoints"


def shipped_folder(model: str, having: str = "", root: Path = CHECKPOINTS) -> Path | None:
    """Return the folder of a model's shipped weights, or None where none ship.

    Args:
        model: the model folder's name, such as `chord_generator`.
        having: a file that must be among them, such as `chord_generator_step.onnx`; empty = any exported model.
        root: folder of all checkpoints, by default that of the project itself.
    """
    folder = root / model
    found = (folder / having).is_file() if having else any(folder.glob("*.onnx"))
    return folder if found else None


def find_run(
    model: str, named: str, root: Path | str, having: str, *, shipped: Path | None = None, shipped_first: bool = True
) -> Path:
    """Return the run folder that a user means: the one named, else the weights that ship or the newest run.

    Args:
        model: the model folder's name.
        named: a run folder; empty = none.
        root: where the newest run is looked for.
        having: the file that makes a folder a run.
        shipped: folder of the weights that ship, None where there are none or they will not do.
        shipped_first: whether they go before the newest run or only stand in for it.

    Raises:
        ConsortError: when there is none.
    """
    if named:
        if not (Path(named) / having).exists():
            words = model.replace("_", " ")
            raise InputError(f"{named} is no finished run of the {words}: it has no {having}")
        return Path(named)
    if shipped and shipped_first:
        return shipped
    try:
        return latest_run(model, root, having=having)
    except ConsortError:
        if shipped is None:
            raise
        return shipped


def model_file(model: str, named: str, checkpoint_root: Path | str = "checkpoints", ships_in: str = "") -> Path:
    """Return the exported model `<model>.onnx` that a user means: the one named, that which ships, or the newest run's.

    Args:
        model: the model folder's name.
        named: a path to an .onnx file or to a run folder; empty = none.
        checkpoint_root: where the newest run is looked for.
        ships_in: folder of the weights that ship, where it has another name than the model.

    Raises:
        ConsortError: when there is none.
    """
    name = f"{model}.onnx"
    if named:
        path = Path(named)
        return path / name if path.is_dir() else path
    folder = shipped_folder(ships_in or model, name) or latest_run(model, checkpoint_root, having=name)
    return folder / name
