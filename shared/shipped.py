"""The trained weights that ship with the project: found from any working directory, without a training.

They lie directly in `checkpoints/<model>/`; a user's own runs are folders below it. `checkpoints/README.md` names
the files.
"""

from __future__ import annotations

from pathlib import Path

from shared.runs import PROJECT_ROOT

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
