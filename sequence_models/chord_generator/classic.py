"""The classic network: a window of chords and conditions in, the next chord's probabilities out.

    chord_sequence_input [batch, 12] - Embedding 279 -> 128 ------------------------+
    genre_input          [batch, 1] -- Embedding   8 ->  16 -+                      |
    mood_input           [batch, 1] -- Embedding  27 ->  16 -+- Dense 128, relu     |
    key_input            [batch, 1] -- Embedding  24 ->  12 -+  RepeatVector 12 ----+- Concatenate
    scale_type_input     [batch, 1] -- Embedding   2 ->   4 -+                           LSTM 256
                                                                                         LSTM 256
                                                  (by config: causal attention over the window)
                                                                                Dense 279, softmax
    probabilities        [batch, 12, 279]

Sequences are padded on the right and the network is causal, so a valid step never sees padding; the mask is
computed once, passed to the recurrent layers by hand (a Keras mask is lost at the Concatenate) and reaches
loss and metrics as sample weights. Beside the training model stand two twins that hold the same weights:
the mask-free window (a masked LSTM becomes a slow `Loop` in ONNX, a mask-free one an `LSTM` node) and the
step model, one chord at a time with the state carried by the caller.
"""

from __future__ import annotations

from dataclasses import replace

import keras
from keras import layers, ops

from sequence_models.chord_generator.classic_layers import (
    ConditionEmbedding,
    WindowAttention,
    WindowAttentionStep,
)
from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.inputs import model_inputs
from sequence_models.chord_generator.tensor_names import OUTPUT, STEP_INPUT, TOKENS_INPUT
from shared.music.chord_tokens import N_TOKENS, PAD_ID
from shared.music.conditions import CONDITIONS

Layers = dict[str, keras.layers.Layer]


def build_classic(config: ModelConfig) -> keras.Model:
    """Return the network for training.

    Inputs `chord_sequence_input [batch, sequence_length]` and `genre_input`, `mood_input`, `key_input`,
    `scale_type_input [batch, 1]`, all int32; output `probabilities [batch, sequence_length, 279]`.
    """
    # Unrolled, training is twice as fast on a CPU.
    return _window_model(config, masked=True, unroll=True)


def build_classic_export(config: ModelConfig, *, unroll: bool | None = None) -> keras.Model:
    """Return the mask-free twin of `build_classic`: same shapes, same weights, valid steps identical.

    Rolled up, an LSTM becomes one `LSTM` node of ONNX. A GRU finds no such node and LiteRT no LSTM kernel
    with a free batch: these are unrolled (`unroll=None` decides by the cell).
    """
    unrolled = config.cell == "gru" if unroll is None else unroll
    return _window_model(_without_dropout(config), masked=False, unroll=unrolled, use_cudnn=False)


def build_classic_step(config: ModelConfig) -> keras.Model:
    """Return the twin that takes one chord at a time; `classic_step.make_classic_step` folds it where it can.

    Inputs `chord_input [batch, 1]`, the four conditions, then the states of `classic_states`; outputs
    `probabilities [batch, 279]`, then the new states in the same order.
    """
    config = _without_dropout(config)
    made = _make_layers(config, return_state=True, unroll=config.cell == "gru", use_cudnn=False)
    tokens, conditions = model_inputs(1, STEP_INPUT)
    states = [keras.Input(shape, name=name) for name, shape in classic_states(config).items()]
    once = layers.Reshape((1, config.conditioning_units))(_conditioning(made, conditions))
    hidden = layers.Concatenate(name="features")([made["chord_embedding"](tokens), once])
    per_layer = 2 if config.cell == "lstm" else 1
    new_states: list[keras.KerasTensor] = []
    for index in range(config.num_layers):
        initial = states[per_layer * index : per_layer * (index + 1)]
        hidden, *carried = made[f"recurrent_{index}"](hidden, initial_state=initial)
        new_states += carried
    if config.attention:
        attend = WindowAttentionStep(config.lstm_units, name="attention")
        hidden, *carried = attend([hidden, *states[-2:]])
        new_states += carried
    probabilities = layers.Reshape((N_TOKENS,), name=OUTPUT)(made["next_chord"](hidden))
    outputs = [probabilities, *new_states]
    return keras.Model([tokens, *conditions, *states], outputs, name="chord_generator_step")


def classic_states(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the step model's states, name -> shape without the batch axis; all begin as zeros."""
    kinds = ("hidden", "cell") if config.cell == "lstm" else ("hidden",)
    shapes: dict[str, tuple[int, ...]] = {
        f"{kind}_{index}": (config.lstm_units,) for index in range(config.num_layers) for kind in kinds
    }
    if config.attention:
        shapes["memory"] = (config.sequence_length, config.lstm_units)
        shapes["filled"] = (config.sequence_length,)
    return shapes


def _window_model(config: ModelConfig, *, masked: bool, **recurrent: bool) -> keras.Model:
    made = _make_layers(config, **recurrent)
    tokens, conditions = model_inputs(config.sequence_length, TOKENS_INPUT)
    mask = ops.not_equal(tokens, PAD_ID) if masked else None
    repeat = layers.RepeatVector(config.sequence_length, name="conditioning_repeated")
    hidden = layers.Concatenate(name="features")(
        [made["chord_embedding"](tokens), repeat(_conditioning(made, conditions))]
    )
    for index in range(config.num_layers):
        hidden = made[f"recurrent_{index}"](hidden, mask=mask)
    if config.attention:
        hidden = WindowAttention(config.lstm_units, name="attention")(hidden)
    output = made["next_chord"](hidden)
    return keras.Model([tokens, *conditions], output, name="chord_generator")


def _without_dropout(config: ModelConfig) -> ModelConfig:
    """An export needs no random generators, which stand in the way of freezing the graph."""
    return replace(config, dropout=0.0)


def _make_layers(config: ModelConfig, **recurrent: bool) -> Layers:
    """Create the layers that hold weights, each under the name by which `transfer_weights` finds it."""
    widths = (config.genre_dim, config.mood_dim, config.key_dim, config.scale_dim)
    cell = layers.LSTM if config.cell == "lstm" else layers.GRU
    shared_options = {"return_sequences": True, "dropout": config.dropout, **recurrent}
    made = [
        layers.Embedding(N_TOKENS, config.embedding_dim, name="chord_embedding"),
        layers.Dense(config.conditioning_units, "relu", name="conditioning"),
        layers.Dense(N_TOKENS, "softmax", name="next_chord"),
    ]
    for condition, width in zip(CONDITIONS, widths, strict=True):
        made.append(ConditionEmbedding(len(condition.values), width, name=f"{condition.name}_embedding"))
    for index in range(config.num_layers):
        made.append(cell(config.lstm_units, name=f"recurrent_{index}", **shared_options))
    return {layer.name: layer for layer in made}


def _conditioning(made: Layers, conditions: list[keras.KerasTensor]) -> keras.KerasTensor:
    """Return the four conditions joined, [batch, conditioning_units]."""
    embedded = [
        layers.Flatten()(made[f"{condition.name}_embedding"](ids))
        for condition, ids in zip(CONDITIONS, conditions, strict=True)
    ]
    return made["conditioning"](layers.Concatenate(name="conditions")(embedded))
