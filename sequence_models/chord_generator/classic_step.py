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
from keras import layers
from numpy.typing import NDArray

from sequence_models.checkpoints import transfer_weights
from sequence_models.chord_generator.classic import build_classic_step, classic_states
from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.folded_layers import FoldedLSTM, Table, gate_order
from sequence_models.chord_generator.inputs import model_inputs
from sequence_models.chord_generator.tensor_names import OUTPUT, STEP_INPUT
from shared.music.chord_tokens import N_TOKENS
from shared.music.conditions import CONDITIONS


def make_classic_step(trained: keras.Model, config: ModelConfig) -> keras.Model:
    """Return the step model of a trained network.

    Inputs `chord_input [batch, 1]`, the four conditions, then the states of `classic_states`; outputs
    `probabilities [batch, 279]`, then the new states in the same order.
    """
    if config.cell != "lstm" or config.attention:
        return transfer_weights(trained, build_classic_step(config))
    tokens, conditions = model_inputs(1, STEP_INPUT)
    states = [keras.Input(shape, name=name) for name, shape in classic_states(config).items()]
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


def _token_gates(trained: keras.Model, config: ModelConfig) -> NDArray[np.float32]:
    """Return what each token adds to the first layer's gates, its bias included: [279, 4 * units]."""
    (embedding,) = trained.get_layer("chord_embedding").get_weights()
    kernel, _, bias = trained.get_layer("recurrent_0").get_weights()
    return gate_order(embedding @ kernel[: config.embedding_dim] + bias)


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
    return gate_order(np.vstack([features, recurrent])), gate_order(bias)
