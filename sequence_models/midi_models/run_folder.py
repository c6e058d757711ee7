"""The files of a run folder of the MIDI nets, which holds one or several of them: their names, and how they are read.

| file                    | content                                            |
|-------------------------|----------------------------------------------------|
| `NET.keras`             | the weights of the best validation loss            |
| `NET.onnx .json .md`    | the exported net, its signature and model card     |
| `NET_int8.onnx .json .md` | the same with int8 weights                       |
| `NET_training.json`     | settings, history and sources of the training      |
| `NET_results.json`      | figures on the test samples, beside the controls   |
| `NET_reference.npz`     | inputs and the framework's answers to them         |
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sequence_models.midi_models.config import ALL, DENSE, MODEL_NAME, SEQUENCE, DataConfig, ModelConfig
from sequence_models.midi_models.tasks import MELODY, TASK_TABLE, Task, file_of, tasks_of
from shared.errors import ConsortError, InputError
from shared.runs import latest_run, saved_settings
from shared.shipped import CHECKPOINTS

SHIPPED = CHECKPOINTS / "emotion"
INT8 = "_int8"

Net = tuple[Task, str]  # task and architecture
NETS: tuple[Net, ...] = (*((task, DENSE) for task in TASK_TABLE.values()), (TASK_TABLE[MELODY], SEQUENCE))


def keras_path(folder: Path, net: Net) -> Path:
    """Return where the weights of a net lie."""
    return folder / f"{file_of(*net)}.keras"


def best_path(folder: Path, net: Net) -> Path:
    """Return where the best weights of a training that goes on lie."""
    return folder / f"{file_of(*net)}.best.keras"


def onnx_path(folder: Path, net: Net, int8: bool = False) -> Path:
    """Return where an exported net lies."""
    return folder / f"{file_of(*net)}{INT8 if int8 else ''}.onnx"


def training_path(folder: Path, net: Net) -> Path:
    """Return where the settings of a training lie."""
    return folder / f"{file_of(*net)}_training.json"


def results_path(folder: Path, net: Net) -> Path:
    """Return where the figures of a net lie."""
    return folder / f"{file_of(*net)}_results.json"


def nets_in(folder: Path, task: str = ALL, suffix: str = ".onnx") -> Sequence[Net]:
    """Return the nets that a folder holds of a task, or of all.

    Raises:
        InputError: when it holds none.
    """
    wanted = tasks_of(task)
    found = [net for net in NETS if net[0] in wanted and (folder / f"{file_of(*net)}{suffix}").is_file()]
    if not found:
        raise InputError(
            f"{folder} holds no {suffix} file of {'the MIDI nets' if task == ALL else task}; train them first"
        )
    return found


def resolve(checkpoint: str, root: str, *, shipped_first: bool = False) -> Path:
    """Return the run folder that the user named, else the newest run or the weights that ship.

    Raises:
        ConsortError: when there is none.
    """
    if checkpoint:
        if not Path(checkpoint).is_dir():
            raise InputError(f"no such run folder: {checkpoint}")
        return Path(checkpoint)
    ships = any(onnx_path(SHIPPED, net).is_file() for net in NETS)
    if ships and shipped_first:
        return SHIPPED
    try:
        return latest_run(MODEL_NAME, root)
    except ConsortError:
        if not ships:
            raise
        return SHIPPED


def read_settings(folder: Path, net: Net) -> tuple[ModelConfig, DataConfig]:
    """Return the model and data settings of a net.

    Raises:
        InputError: when they are missing or unknown to this version.
    """
    path = training_path(folder, net)
    return saved_settings(ModelConfig, path, "model"), saved_settings(DataConfig, path, "data")
