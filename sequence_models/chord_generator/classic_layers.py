"""The two layers of the classic network that Keras does not have."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

_PACKAGE = "consort"


@keras.saving.register_keras_serializable(_PACKAGE)
class ConditionEmbedding(layers.Embedding):
    """An embedding whose id `input_dim` means "not specified" and gives zeros, with no weights of its own.

    Shapes: ids [batch, 1] -> [batch, 1, output_dim].
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Look the ids up; the unspecified id gives zeros."""
        known = ops.cast(ops.less(inputs, self.input_dim), self.compute_dtype)
        embedded = super().call(ops.minimum(inputs, self.input_dim - 1))
        return embedded * ops.expand_dims(known, -1)


@keras.saving.register_keras_serializable(_PACKAGE)
class WindowAttention(layers.Layer):
    """Scaled dot-product attention of each step over itself and the steps before it, with a residual.

    Vaswani et al. 2017, eq. 1. `call` sees a whole window; `step` sees one new state and a memory of the last
    `length` states, so that generation need not look at a window again.
    """

    def __init__(self, units: int, **kwargs: object) -> None:
        """Take the width of the states."""
        super().__init__(**kwargs)
        self.units = units
        self.supports_masking = True  # causal: a valid step never looks at the padding on its right
        self.query, self.key, self.value = (
            layers.Dense(units, use_bias=False, name=name) for name in ("query", "key", "value")
        )

    def build(self, input_shape: Any) -> None:
        """Create the three projections, from the shape of the states or of a list that begins with them."""
        if isinstance(input_shape[0], list | tuple):
            input_shape = input_shape[0]
        for projection in (self.query, self.key, self.value):
            projection.build(input_shape)
        self.built = True

    def call(self, states: keras.KerasTensor) -> keras.KerasTensor:
        """Attend causally: states [batch, length, units] -> [batch, length, units]."""
        position = ops.arange(states.shape[1])
        visible = ops.cast(ops.expand_dims(position, 1) >= ops.expand_dims(position, 0), states.dtype)
        return states + self._attend(states, states, ops.expand_dims(visible, 0))

    def _attend(
        self, asking: keras.KerasTensor, memory: keras.KerasTensor, visible: keras.KerasTensor
    ) -> keras.KerasTensor:
        """Return what `asking` [batch, n, units] gathers from the visible part of `memory` [batch, m, units]."""
        scores = ops.matmul(self.query(asking), ops.transpose(self.key(memory), (0, 2, 1)))
        scores = scores / self.units**0.5 + (1.0 - visible) * -1e9
        return ops.matmul(ops.softmax(scores), self.value(memory))

    def get_config(self) -> dict[str, object]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(_PACKAGE)
class WindowAttentionStep(WindowAttention):
    """`WindowAttention` for one step: the last states are carried by the caller.

    Shapes: state [batch, 1, units], memory [batch, length, units], filled [batch, length] (1 where the memory
    holds a state) -> output [batch, 1, units], memory, filled.
    """

    def call(
        self, inputs: tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]
    ) -> tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]:
        """Push the state into the memory, drop the oldest, attend to what the memory holds."""
        state, memory, filled = inputs
        memory = ops.concatenate([memory[:, 1:], state], axis=1)
        filled = ops.concatenate([filled[:, 1:], ops.ones_like(filled[:, :1])], axis=1)
        output = state + self._attend(state, memory, ops.expand_dims(filled, 1))
        return output, memory, filled
