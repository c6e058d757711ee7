"""What is wrong with data, said in one sentence before torch says it in forty lines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from audio_models.training.heads import is_ids
from shared.errors import ConsortError, InputError
from shared.vocabulary import IGNORED


def check_loader(loader: DataLoader[Any], name: str) -> None:
    """Refuse a loader without batches, without a known length, or with workers that outlive the epoch.

    Raises:
        InputError: naming the loader.
    """
    try:
        batches = len(loader)
    except TypeError as error:
        raise InputError(f"{name} does not know how many batches it has; give its dataset a __len__") from error
    if not batches:
        raise InputError(f"{name} is empty: it has no batch; give it more examples than it drops, or a smaller batch")
    if loader.persistent_workers:
        # They keep their own copy of the dataset and never learn which epoch it is.
        raise InputError(f"{name} keeps its workers over the epochs, which a resumed run cannot repeat; let them end")


def unpack(batch: Any, where: str) -> tuple[Any, Any]:
    """Return inputs and targets of a batch.

    Raises:
        InputError: when it is no pair, or the two have different numbers of examples.
    """
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise InputError(f"{where} is no pair (inputs, targets) but {type(batch).__name__}; mend the dataset")
    inputs, targets = batch
    sizes = {len(tensor) for tensor in tensors(batch) if tensor.ndim}
    if len(sizes) != 1 or sizes == {0}:
        raise InputError(f"{where} pairs inputs {shapes(inputs)} with targets {shapes(targets)}; mend the dataset")
    return inputs, targets


def check_heads(outputs: Any, targets: Any, where: str) -> None:
    """Hold class ids against the logits of their heads; other models' targets pass.

    Args:
        outputs: what the model returned.
        targets: what the loader gave, still on the CPU, where looking at values costs no waiting.
        where: the batch, for the sentence.

    Raises:
        InputError: naming head, batch and value.
    """
    if not isinstance(outputs, Mapping) or not isinstance(targets, Mapping):
        return
    for name, ids in targets.items():
        if name not in outputs:
            raise InputError(f"{where} has targets for '{name}', but the model's heads are {', '.join(outputs)}")
        logits = outputs[name]
        if not is_ids(ids) or not isinstance(logits, Tensor):
            continue
        if logits.shape[:-1] != ids.shape:
            raise InputError(f"{where}: {name} ids {list(ids.shape)} do not fit its logits {list(logits.shape)}")
        wrong = ids[((ids < 0) | (ids >= logits.shape[-1])) & (ids != IGNORED)]
        if len(wrong):
            last = logits.shape[-1] - 1
            raise InputError(f"{where} has the {name} label {int(wrong[0])}, but its classes are 0 to {last}")


def named_losses(losses: Any) -> dict[str, Tensor]:
    """Return a criterion's answer as a dict with `total_loss`; a bare tensor is the total.

    Raises:
        ConsortError: when there is no total.
    """
    named = {"total_loss": losses} if isinstance(losses, Tensor) else dict(losses)
    if "total_loss" not in named:
        raise ConsortError(f"the criterion returned {', '.join(named)} and no 'total_loss'")
    return named


def check_finite(loss: float, where: str) -> None:
    """Stop at a loss that is no number.

    Raises:
        ConsortError: naming the batch.
    """
    if not math.isfinite(loss):
        raise ConsortError(f"the loss of {where} is not a number; look at that batch or lower the learning rate")


@contextmanager
def naming(part: str, where: str, inputs: Any = None) -> Iterator[None]:
    """Turn what torch says about a batch that it cannot stack or compute into one sentence; the cause stays attached.

    Raises:
        InputError: in place of torch's errors about shapes.
        ConsortError: when memory is short.
    """
    shaped = f" ({shapes(inputs)})" if inputs is not None else ""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ConsortError(f"out of memory at {where}{shaped}; lower batch_size") from error
    except (RuntimeError, ValueError, IndexError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        reason = lines[-1] if lines[0].startswith("Caught ") else lines[0]  # a worker quotes its traceback
        if "stack expects" in reason or "resize storage" in reason:  # the latter from a loader's worker
            reason = "its examples have different shapes"
        raise InputError(f"the {part} cannot take {where}{shaped}: {reason}") from error


def tensors(tree: Any) -> list[Tensor]:
    """Return all tensors in a tree of dicts, lists and tuples."""
    if isinstance(tree, Tensor):
        return [tree]
    branches = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, (tuple, list)) else ()
    return [tensor for branch in branches for tensor in tensors(branch)]


def shapes(tree: Any) -> str:
    """Return the shapes in a tree as one reads them: `[16, 44100]`, or `chord_type [16], root [16]`."""
    if isinstance(tree, Mapping):
        return ", ".join(f"{name} {shapes(branch)}" for name, branch in tree.items())
    return ", ".join(str(list(tensor.shape)) for tensor in tensors(tree)) or type(tree).__name__
