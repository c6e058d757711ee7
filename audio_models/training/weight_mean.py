"""The mean of a model's weights over its last steps, which generalises better than the last step alone.

Polyak & Juditsky 1992, with an exponential memory. It grows with the steps there were: with the whole memory from the
start, a short run would end with hardly more than its initial weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

Weights = dict[str, Tensor]


class WeightMean:
    """The mean of the floating-point weights and buffers of one model; the others are as they are."""

    LAST, STEPS = "last_model", "average_steps"

    def __init__(self, model: nn.Module, memory: float) -> None:
        """Begin with the weights as they are; `memory` is the share of the mean that a step keeps."""
        self._memory, self._steps = memory, 0
        self._mean = _copied(model)

    @torch.no_grad()
    def take_in(self, model: nn.Module) -> None:
        """Take in the weights after another step."""
        self._steps += 1
        keep = min(self._memory, (1 + self._steps) / (10 + self._steps))
        for name, weight in model.state_dict().items():
            if weight.is_floating_point():
                self._mean[name].lerp_(weight, 1 - keep)
            else:
                self._mean[name].copy_(weight)

    @contextmanager
    def in_place(self, model: nn.Module) -> Iterator[None]:
        """Put the mean into the model while the context lasts."""
        last = _copied(model)
        model.load_state_dict(self._mean)
        try:
            yield
        finally:
            model.load_state_dict(last)

    def state_dict(self, model: nn.Module) -> dict[str, Any]:
        """Return the mean as the model of a checkpoint, and beside it what going on needs."""
        return {"model": self._mean, self.LAST: model.state_dict(), self.STEPS: self._steps}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Take up the mean from a checkpoint; one without a mean begins it with its weights."""
        self._steps = int(content.get(self.STEPS, 0))
        with torch.no_grad():
            for name, weight in content["model"].items():
                self._mean[name].copy_(weight)


def _copied(model: nn.Module) -> Weights:
    return {name: weight.detach().clone() for name, weight in model.state_dict().items()}
