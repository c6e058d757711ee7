"""The learning rate as a pure function of how far a run has come, and what sets it.

Own functions and not torch's classes: these have no hidden order of calls, and their state is one number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from torch.optim import Optimizer

from audio_models.training.config import TrainingConfig
from shared.errors import InputError, unknown_choice

FLOOR = 0.01  # the cosine ends at 1 % of the highest rate
# Where one cycle begins and ends, as parts of the highest rate: the defaults of torch's OneCycleLR.
ONECYCLE_START, ONECYCLE_END = 1 / 25, 1 / 25 / 1e4


def cosine_factor(epoch: int, epochs: int, warmup: int) -> float:
    """Return the share of the highest rate in an epoch: linear warm-up, then half a cosine down to 1 %.

    The last epoch of warm-up has the full rate, the last of all 1 %. Loshchilov & Hutter 2017, eq. 5.
    """
    if epoch < warmup:
        return (epoch + 1) / warmup
    peak, last = max(warmup - 1, 0), epochs - 1
    done = min(1.0, (epoch - peak) / (last - peak)) if last > peak else 0.0
    return _between(1.0, FLOOR, done)


def onecycle_factor(step: int, steps: int, warmup: float) -> float:
    """Return the share of the highest rate at a step: a cosine up over `warmup` steps, then one down.

    Smith & Topin 2019, with cosines in place of lines, as torch's OneCycleLR has them.
    """
    top, last = max(warmup - 1, 0.0), steps - 1
    if step < top:
        return _between(ONECYCLE_START, 1.0, step / top)
    done = min(1.0, (step - top) / (last - top)) if last > top else 0.0
    return _between(1.0, ONECYCLE_END, done)


def _between(start: float, end: float, done: float) -> float:
    """Go from `start` to `end` by half a cosine; `done` runs from 0 to 1."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * done))


class Schedule:
    """Sets the rate of an optimizer after every epoch or every step."""

    def __init__(self, optimizer: Optimizer, peak: float, factor: Callable[[int], float], *, per_step: bool) -> None:
        """Take the highest rate and its share at each count; set the first rate."""
        self._optimizer, self._peak, self._factor = optimizer, peak, factor
        self.per_step = per_step
        self.count = 0
        self._set()

    @property
    def rate(self) -> float:
        """The rate that the next step takes."""
        return self._peak * self._factor(self.count)

    def advance(self) -> None:
        """Go on to the next epoch or step."""
        self.count += 1
        self._set()

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint must keep."""
        return {"count": self.count, "per_step": self.per_step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up where `state_dict` was called.

        Raises:
            InputError: when the state belongs to the other kind of schedule.
        """
        if state["per_step"] != self.per_step:
            saved = "onecycle" if state["per_step"] else "cosine"
            raise InputError(f"the checkpoint was trained with scheduler={saved}; go on with the same")
        self.count = int(state["count"])
        self._set()

    def _set(self) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self.rate


def build_schedule(optimizer: Optimizer, config: TrainingConfig, steps_per_epoch: int) -> Schedule:
    """Return the schedule that the config names.

    Args:
        optimizer: whose rate it sets.
        config: rate, epochs, epochs of warm-up.
        steps_per_epoch: optimizer steps, which one cycle is counted in.
    """
    epochs, warmup, peak = config.num_epochs, config.warmup_epochs, config.learning_rate
    if config.scheduler == "cosine":
        return Schedule(optimizer, peak, lambda epoch: cosine_factor(epoch, epochs, warmup), per_step=False)
    if config.scheduler == "onecycle":
        steps = epochs * steps_per_epoch
        rise = min(warmup, epochs / 2) * steps_per_epoch  # a short run comes down as well
        return Schedule(optimizer, peak, lambda step: onecycle_factor(step, steps, rise), per_step=True)
    raise unknown_choice("scheduler", config.scheduler, ("cosine", "onecycle"))
