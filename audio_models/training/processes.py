"""Lightning Fabric, started as the config says: device, number format, processes."""

from __future__ import annotations

import warnings
from typing import cast

import torch
from lightning.fabric import Fabric
from torch import Tensor

from audio_models.training.config import TrainingConfig
from shared.errors import InputError


def start_fabric(config: TrainingConfig) -> Fabric:
    """Return Fabric, launched: with several devices this starts the other processes, which run the same command.

    Raises:
        InputError: when the machine has not what the config asks for.
    """
    accelerator = _accelerator(config)
    if config.precision == "16-mixed" and accelerator != "cuda":
        raise InputError(f"precision=16-mixed needs a GPU and this is {accelerator}; take bf16-mixed or 32")
    if accelerator == "cuda":
        # Which of cuDNN's algorithms is fastest changes from run to run, and the last bits with it.
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
    strategy = "ddp" if config.devices > 1 else config.strategy
    precision = {"32": "32-true"}.get(config.precision, config.precision)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*GPU available but not used.*")  # device=cpu means it
        fabric = Fabric(accelerator=accelerator, devices=config.devices, strategy=strategy, precision=precision)  # type: ignore[arg-type]
        fabric.launch()
    return fabric


def _accelerator(config: TrainingConfig) -> str:
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    chosen = next(name for name in available if available[name]) if config.device == "auto" else config.device
    if not available.get(chosen, False):
        raise InputError(f"device={chosen} is not available here; take device=auto")
    if chosen == "cuda" and torch.cuda.device_count() < config.devices:
        raise InputError(f"devices={config.devices}, but this machine has {torch.cuda.device_count()} GPUs")
    return chosen


def added_up(fabric: Fabric, values: Tensor) -> Tensor:
    """Return the sum of a tensor over all processes."""
    if fabric.world_size == 1:
        return values.cpu()
    return cast(Tensor, fabric.all_reduce(values.to(fabric.device, copy=True), reduce_op="sum")).cpu()
