"""The step model: one chord in, the next chord's probabilities out, the state carried by the caller.

Generation asks for one chord at a time, so the step model is what a plug-in runs. It is folded from the
trained network, exactly, so that a step reads as few weights and runs as few nodes as can be:

- the token's embedding goes through the first LSTM's input kernel once, here: a table of gate inputs;
- each condition's embedding goes through its part of the conditioning layer: a table each, summed;
- input kernel and recurrent kernel of an LSTM lie under one another: one product per layer.

A GRU or attention network is not folded; it takes the same inputs through Keras's own layers.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from numpy.typing import NDArray

from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.model import (
    OUTPUT,
    STEP_INPUT,
    build_step_model,
    model_inputs,
    state_shapes,
    transfer_weights,
)
from shared.music.chord_tokens import N_TOKENS
from shared.music.conditions import CONDITIONS


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


def make_step_model(trained: keras.Model, config: ModelConfig) -> keras.Model:
    """Return the step model of a trained network.

    Inputs `chord_input [batch, 1]`, the four conditions, then the states of `state_shapes`; outputs
    `probabilities [batch, 279]`, then the new states in the same order.
    """
    if config.cell != "lstm" or config.attention:
        return transfer_weights(trained, build_step_model(config))
    tokens, conditions = model_inputs(1, STEP_INPUT)
    states = [keras.Input(shape, name=name) for name, shape in state_shapes(config).items()]
    added = Table(_token_gates(trained, config), "token_gates")(tokens)
    asked = [
        Table(rows, f"{condition.name}_table")(ids)
        for condition, rows, ids in zip(CONDITIONS, _condition_tables(trained), conditions, strict=True)
    ]
    hidden = layers.ReLU(name="conditioning")(layers.Add()(asked))
    new_states: list[keras.KerasTensor] = []
    for index in range(config.num_layers):
        extra = [added] if index == 0 else []
        step = FoldedLSTM(*_kernel(trained, config, index), name=f"recurrent_{index}")
        hidden, cell = step([hidden, *states[2 * index : 2 * index + 2], *extra])
        new_states += [hidden, cell]
    last = trained.get_layer("next_chord")
    dense = layers.Dense(N_TOKENS, "softmax", name=OUTPUT)
    output = dense(hidden)
    dense.set_weights(last.get_weights())
    return keras.Model([tokens, *conditions, *states], [output, *new_states], name="chord_generator_step")


def _gate_order(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring Keras's gates (input, forget, candidate, output) into ours: one sigmoid serves the first three."""
    enter, forget, candidate, leave = np.split(values, 4, axis=-1)
    return np.concatenate([enter, forget, leave, candidate], axis=-1)


def _token_gates(trained: keras.Model, config: ModelConfig) -> NDArray[np.float32]:
    """Return what each token adds to the first layer's gates, its bias included: [279, 4 * units]."""
    (embedding,) = trained.get_layer("chord_embedding").get_weights()
    kernel, _, bias = trained.get_layer("recurrent_0").get_weights()
    return _gate_order(embedding @ kernel[: config.embedding_dim] + bias)


def _condition_tables(trained: keras.Model) -> list[NDArray[np.float32]]:
    """Return for each condition what its ids add to the conditioning layer; "not specified" adds nothing."""
    kernel, bias = trained.get_layer("conditioning").get_weights()
    tables, first = [], 0
    for condition in CONDITIONS:
        (embedding,) = trained.get_layer(f"{condition.name}_embedding").get_weights()
        width = embedding.shape[1]
        padded = np.vstack([embedding, np.zeros((1, width), np.float32)])
        tables.append(padded @ kernel[first : first + width])
        first += width
    tables[0] = tables[0] + bias
    return tables


def _kernel(trained: keras.Model, config: ModelConfig, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    kernel, recurrent, bias = trained.get_layer(f"recurrent_{index}").get_weights()
    # The first layer's input begins with the token, which has gone into its table.
    features = kernel[config.embedding_dim :] if index == 0 else kernel
    return _gate_order(np.vstack([features, recurrent])), _gate_order(bias)
