"""How steep training is: an AdamW that remembers the norm of its gradients, and the callback that reports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops


class NormedAdamW(keras.optimizers.AdamW):
    """AdamW (Loshchilov & Hutter 2019) that adds up the norm of all gradients, as they are before any clipping."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        """Take what AdamW takes."""
        super().__init__(*args, **settings)
        self.norm_sum = keras.Variable(0.0, trainable=False, name="gradient_norm_sum")
        self.norm_steps = keras.Variable(0.0, trainable=False, name="gradient_norm_steps")

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> Any:
        """Add the norm of the step and take it."""
        squares = [ops.sum(ops.square(ops.convert_to_tensor(grad))) for grad in grads if grad is not None]
        self.norm_sum.assign_add(ops.sqrt(ops.sum(ops.stack(squares))))
        self.norm_steps.assign_add(1.0)
        return super().apply(grads, trainable_variables)

    def take_mean_norm(self) -> float:
        """Return the mean norm since the last call, 0 where there was no step."""
        mean = float(self.norm_sum.numpy()) / max(1.0, float(self.norm_steps.numpy()))
        self.norm_sum.assign(0.0)
        self.norm_steps.assign(0.0)
        return mean


class GradientNorms(keras.callbacks.Callback):
    """Reports the mean gradient norm of an epoch beside the losses; stands before whoever writes them down."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Add it to the figures of the epoch."""
        if isinstance(logs, dict):
            logs["gradient_norm"] = self.model.optimizer.take_mean_norm()
