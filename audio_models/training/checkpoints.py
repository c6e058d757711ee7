"""A training checkpoint on disk: plain data only, written whole or not at all.

    format       1
    model        the weights by name; with `average`, their mean
    last_model   with `average`, the weights themselves     average_steps   how many steps the mean has seen
    optimizer    AdamW's memory          scheduler    how far the learning rate has come
    scaler       of 16-bit precision     config       the TrainingConfig as plain values
    history      figure -> a value per epoch
    best_loss    the lowest validation loss, None before the first; stale: epochs since then
    data_order   seed, epoch (finished ones) and batch (done in the epoch that follows)
    partial      the sums of that epoch's losses
    rng          the states of Python's, NumPy's and torch's generators

Inference reads `read_checkpoint(path)["model"]`, and needs no Lightning for it.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from shared.errors import InputError
from shared.files import atomic_path

FORMAT = 1
LAST, BEST = "last.pt", "best.pt"
_PARTS = ("model", "optimizer", "scheduler", "history", "best_loss", "data_order", "rng", "config")


@dataclass(frozen=True)
class FileNames:
    """What the checkpoints of a run are called; a model may have names of its own."""

    last: str = LAST
    best: str = BEST
    of_epoch: str = "epoch-{epoch:04d}.pt"


def write_checkpoint(path: Path | str, content: dict[str, Any]) -> None:
    """Write `content` atomically: the file before stays until the new one is whole.

    Raises:
        ConsortError: when the folder cannot be written to.
    """
    with atomic_path(path) as aside:
        torch.save({"format": FORMAT, **content}, aside)


def read_checkpoint(path: Path | str) -> dict[str, Any]:
    """Return the content of a checkpoint, its tensors on the CPU. No code from the file is run.

    Raises:
        InputError: when the file is missing or is no checkpoint of ours.
    """
    content = _read_plain(path, _PARTS)
    if content.get("format") != FORMAT:
        raise InputError(f"{path} has format {content.get('format')} and this version reads {FORMAT}; train anew")
    return content


def read_weights(path: Path | str) -> dict[str, Any]:
    """Return the weights by name of a checkpoint, or of a file that holds weights alone (`write_checkpoint`).

    Raises:
        InputError: when the file is missing or holds no weights.
    """
    weights: dict[str, Any] = _read_plain(path, ("model",))["model"]
    return weights


def _read_plain(path: Path | str, parts: tuple[str, ...]) -> dict[str, Any]:
    path = Path(path)
    if not path.is_file():
        raise InputError(f"no such checkpoint: {path}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError, OSError) as error:
        raise InputError(f"{path} cannot be read as a training checkpoint; it is damaged or of another kind") from error
    missing = [part for part in parts if part not in content] if isinstance(content, dict) else list(parts)
    if missing:
        raise InputError(f"{path} is no training checkpoint: it has no {', '.join(missing)}")
    return dict(content)


def load_weights(model: nn.Module, weights: dict[str, Any], path: Path | str) -> None:
    """Put a checkpoint's weights into a model of the same shape.

    Raises:
        InputError: naming the first weight that does not fit.
    """
    own = model.state_dict()
    for name in [*own, *weights]:
        here, there = (list(held[name].shape) if name in held else "nothing" for held in (own, weights))
        if here != there:
            raise InputError(f"{path} is of another model: {name} is {there} in the file and {here} in the model")
    model.load_state_dict(weights)


def check_order(order: dict[str, int], seed: int, batches: int, path: Path | str) -> None:
    """Refuse to go on with other data than a checkpoint's: another seed, or another number of batches mid-epoch.

    Raises:
        InputError: naming both.
    """
    if order["seed"] != seed:
        raise InputError(f"{path} was trained with seed={order['seed']}, not {seed}; go on with the same")
    if order["batch"] and order["batches"] != batches:
        raise InputError(
            f"{path} stopped within an epoch of {order['batches']} batches, and now there are {batches}; "
            "go on with the same data and batch_size"
        )
