"""What one batch does to a model: losses, gradients, a step of AdamW, the next learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from audio_models.training.batches import Batch
from audio_models.training.checkpoints import load_weights
from audio_models.training.checks import check_finite, check_heads, named_losses, naming
from audio_models.training.config import TrainingConfig
from audio_models.training.processes import added_up
from audio_models.training.schedules import build_schedule
from audio_models.training.weight_mean import WeightMean
from shared.errors import ConsortError

_ADAM_BETA1 = 0.9
Criterion = Callable[[Any, Any], Mapping[str, Tensor] | Tensor]


class Learner:
    """A model with its criterion, optimizer and schedule, on the device and in the number format of Fabric."""

    def __init__(
        self, fabric: Fabric, model: nn.Module, criterion: Criterion, config: TrainingConfig, batches: int
    ) -> None:
        """Take the parts, and how many batches an epoch has."""
        self._fabric, self._config, self._batches = fabric, config, batches
        self.weights = model  # without Fabric's wrapping: checkpoints know nothing of devices and processes
        self._adam = torch.optim.AdamW(
            model.parameters(), lr=config.learning_rate, betas=(_ADAM_BETA1, config.adam_beta2),
            weight_decay=config.weight_decay,
        )  # fmt: skip
        self.steps_per_epoch = math.ceil(batches / config.gradient_accumulation)
        self.schedule = build_schedule(self._adam, config, self.steps_per_epoch)
        self.model, self.optimizer = fabric.setup(model, self._adam)
        self.mean = WeightMean(model, config.average) if config.average else None
        self._criterion = criterion.to(fabric.device) if isinstance(criterion, nn.Module) else criterion

    def train(self) -> None:
        """Learn from now on: dropout and the like are at work."""
        self._set_mode(training=True)

    def eval(self) -> None:
        """Judge from now on."""
        self._set_mode(training=False)

    def _set_mode(self, *, training: bool) -> None:
        self.model.train(training)
        if isinstance(self._criterion, nn.Module):
            self._criterion.train(training)

    def averaged(self) -> AbstractContextManager[None]:
        """Put the mean of the weights into the model, where there is one, for as long as the context lasts."""
        return nullcontext() if self.mean is None else self.mean.in_place(self.weights)

    def set_step(self, step: int) -> None:
        """Tell a criterion that changes with time how many steps the optimizer has taken."""
        tell = getattr(self._criterion, "set_step", None)
        if callable(tell):
            tell(step)

    def forward(self, batch: Batch) -> tuple[Any, Any, dict[str, Tensor]]:
        """Return outputs, targets on the outputs' device, and losses.

        Raises:
            ConsortError: when the batch cannot be used or its loss is not a number.
        """
        inputs, targets = self._fabric.to_device((batch.inputs, batch.targets))
        with naming("model", batch.where, batch.inputs):
            outputs = self.model(inputs)
        check_heads(outputs, batch.targets, batch.where)
        with naming("criterion", batch.where, batch.inputs):
            losses = named_losses(self._criterion(outputs, targets))
        # What is no number in one process stops them all, before they wait for its gradients.
        check_finite(added_up(self._fabric, losses["total_loss"].detach()).item(), batch.where)
        return outputs, targets, losses

    def learn(self, batch: Batch) -> tuple[dict[str, float], float | None]:
        """Learn from a batch; return its losses, and the norm of the gradients if it completed a step.

        Raises:
            ConsortError: as `forward`, and when the gradients are not numbers; the weights stay as they were.
        """
        every, last = self._config.gradient_accumulation, self._batches - 1
        group = min(every, last + 1 - batch.index // every * every)  # the last step of an epoch may have fewer
        ends_step = (batch.index + 1) % every == 0 or batch.index == last
        with self._fabric.no_backward_sync(self.model, enabled=not ends_step):
            _, _, losses = self.forward(batch)
            with naming("gradient", batch.where, batch.inputs):
                self._fabric.backward(losses["total_loss"] * (batch.weight / group))
        norm = self._step(batch.where) if ends_step else None
        return {name: loss.item() for name, loss in losses.items()}, norm

    def _step(self, where: str) -> float:
        limit = self._config.gradient_clip or math.inf
        clipped = self._fabric.clip_gradients(self.model, self.optimizer, max_norm=limit, error_if_nonfinite=False)
        norm = math.nan if clipped is None else float(clipped)
        # The scaler of 16-bit precision overflows by design: it skips the step and scales less from then on.
        if not math.isfinite(norm) and self._config.precision != "16-mixed":
            raise ConsortError(f"the gradients of {where} are not numbers; lower the learning rate or the clipping")
        self.optimizer.step()
        self.optimizer.zero_grad()
        if self.mean is not None:
            self.mean.take_in(self.weights)
        if self.schedule.per_step:
            self.schedule.advance()
        return norm

    def state_dict(self) -> dict[str, Any]:
        """Return the parts of a checkpoint that are the learner's."""
        averaged = {} if self.mean is None else self.mean.state_dict(self.weights)
        return {
            "model": self.weights.state_dict(),
            **averaged,  # what is validated stands in the place of the model, for whoever reads the weights
            "optimizer": self._adam.state_dict(),
            "scheduler": self.schedule.state_dict(),
            "scaler": self._fabric.strategy.precision.state_dict(),
        }

    def load_state_dict(self, content: dict[str, Any], path: Path | str) -> None:
        """Take them up from a checkpoint; `path` is for messages.

        Raises:
            InputError: when it is of another model or schedule.
        """
        load_weights(self.weights, content.get(WeightMean.LAST, content["model"]), path)
        if self.mean is not None:
            self.mean.load_state_dict(content)
        self._adam.load_state_dict(content["optimizer"])
        self.schedule.load_state_dict(content["scheduler"])  # after the optimizer, which brings its old rate along
        self._fabric.strategy.precision.load_state_dict(content.get("scaler", {}))
