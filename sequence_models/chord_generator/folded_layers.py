"""Layers of the step models that hold weights folded from a trained network."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from numpy.typing import NDArray


class Table(layers.Layer):
    """Rows of a table by id: ids [batch, 1] -> [batch, width].

    `keras.layers.Embedding` guards against negative ids with five nodes of its own; ids here are never negative.
    """

    def __init__(self, rows: NDArray[np.float32], name: str) -> None:
        """Take the table [ids, width]."""
        super().__init__(name=name, trainable=False)
        self._rows = rows

    def build(self, input_shape: object) -> None:
        """Create the table."""
        initial = keras.initializers.Constant(self._rows)
        self.table = self.add_weight(shape=self._rows.shape, initializer=initial, name="table")

    def call(self, ids: keras.KerasTensor) -> keras.KerasTensor:
        """Look up."""
        return tf.gather(self.table, tf.reshape(ids, (-1,)))


class FoldedLSTM(layers.Layer):
    """One step of an LSTM whose input and recurrent kernels lie under one another. Hochreiter & Schmidhuber 1997.

    Shapes: features [batch, n] and hidden [batch, units] go through the kernel [n + units, 4 * units], to which
    `added` [batch, 4 * units] or the bias is added; cell [batch, units] -> new hidden and cell [batch, units].
    """

    def __init__(self, kernel: NDArray[np.float32], bias: NDArray[np.float32], name: str) -> None:
        """Take kernel and bias, gates in the order input, forget, output, candidate."""
        super().__init__(name=name, trainable=False)
        self._values = kernel, bias

    def build(self, input_shape: object) -> None:
        """Create kernel and bias."""
        self.kernel, self.bias = (
            self.add_weight(shape=value.shape, initializer=keras.initializers.Constant(value), name=name)
            for value, name in zip(self._values, ("kernel", "bias"), strict=True)
        )

    def call(self, inputs: list[keras.KerasTensor]) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Take [features, hidden, cell] or [features, hidden, cell, added]."""
        features, hidden, cell, *added = inputs
        gates = ops.matmul(ops.concatenate([features, hidden], axis=-1), self.kernel)
        gates = gates + (added[0] if added else self.bias)
        opened, candidate = ops.split(gates, [3 * cell.shape[-1]], axis=-1)
        enter, forget, leave = ops.split(ops.sigmoid(opened), 3, axis=-1)
        new_cell = forget * cell + enter * ops.tanh(candidate)
        return leave * ops.tanh(new_cell), new_cell


def gate_order(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring Keras's gates (input, forget, candidate, output) into ours: one sigmoid serves the first three."""
    enter, forget, candidate, leave = np.split(values, 4, axis=-1)
    return np.concatenate([enter, forget, leave, candidate], axis=-1)
