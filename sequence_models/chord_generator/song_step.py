"""The song network one chord at a time: what a plug-in runs.

The recurrent states, a memory of the last chords (tokens, keys, values, match lengths) and the reference pitch
class are carried by the caller. Up to `memory` chords the answer is that of the whole-song network; older
chords are forgotten. Input kernel and recurrent kernel of an LSTM lie under one another: one product per layer.
"""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.copying import CopyAttentionStep
from sequence_models.chord_generator.folded_layers import FoldedLSTM, gate_order
from sequence_models.chord_generator.inputs import model_inputs
from sequence_models.chord_generator.song import heard_chords, make_layers, mix
from sequence_models.chord_generator.song_layers import (
    ConditionFeatures,
    FromRelative,
    ToRelative,
    reference_of,
    root_of,
)
from sequence_models.chord_generator.tensor_names import OUTPUT, PLACE_INPUT, STEP_INPUT
from shared.music.chord_tokens import N_SPECIAL
from shared.music.conditions import KEY_COLUMN

HEARD, PLACES, REFERENCE = "heard", "places", "reference"
INTEGER_STATES = (HEARD, PLACES, REFERENCE)
# What copy attention takes and gives back, in the order in which it does.
_MEMORY = (HEARD, "keys", "values", "match", PLACES)


def song_states(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the step model's states, name -> shape without the batch axis; all begin as zeros.

    `heard` (token ids), `places` and `reference` (pitch class + 1, 0 = none yet) are int32, the others float32.
    """
    shapes: dict[str, tuple[int, ...]] = {REFERENCE: (1,)}
    for index in range(config.num_layers):
        shapes |= {f"hidden_{index}": (config.lstm_units,), f"cell_{index}": (config.lstm_units,)}
    shapes[HEARD] = (config.memory,)
    shapes["keys"] = (config.memory, config.copy_heads * config.copy_dim)
    shapes["values"] = (config.memory, config.context_dim)
    shapes["match"] = (config.memory,)
    shapes[PLACES] = (config.memory,)
    return shapes


def make_song_step(trained: keras.Model, config: ModelConfig) -> keras.Model:
    """Return the step model of a trained song network.

    Inputs `chord_input [batch, 1]`, the four conditions, `place_input [batch, 1]`, then the states of
    `song_states`; outputs `probabilities [batch, 279]`, then the new states in the same order.
    """
    made = make_layers(config, CopyAttentionStep)
    token, conditions = model_inputs(1, STEP_INPUT)
    place = keras.Input((1,), dtype="int32", name=PLACE_INPUT)
    states = {
        name: keras.Input(shape, name=name, dtype="int32" if name in INTEGER_STATES else "float32")
        for name, shape in song_states(config).items()
    }
    key = conditions[KEY_COLUMN]
    reference, carried = ReferenceStep(name="reference_step")([token, key, states[REFERENCE]])
    relative = ToRelative(name="relative")([token, reference])
    asked = made["conditioning"](ConditionFeatures(name="condition_features")(conditions))
    hidden = layers.Concatenate(name="features")([heard_chords(made, relative, place)[:, 0], asked])
    new: dict[str, keras.KerasTensor] = {REFERENCE: carried}
    for index in range(config.num_layers):
        lstm = FoldedLSTM(*_kernel(trained, index), name=f"recurrent_{index}")
        hidden, cell = lstm([hidden, states[f"hidden_{index}"], states[f"cell_{index}"]])
        new |= {f"hidden_{index}": hidden, f"cell_{index}": cell}
    memory = [states[name] for name in _MEMORY]
    copies, context, clue, *remembered = made["copy"]([hidden, relative, place, *memory])
    new |= dict(zip(_MEMORY, remembered, strict=True))
    mixed = mix(made, replace(config, dropout=0.0), [hidden[:, None], context, copies, clue, relative])
    output = FromRelative(name="probabilities_relative")([mixed, token, reference, key])
    answer = layers.Flatten(name=OUTPUT)(output)
    for name, layer in made.items():
        layer.set_weights(trained.get_layer(name).get_weights())
    outputs = [answer, *(new[name] for name in states)]
    return keras.Model([token, *conditions, place, *states.values()], outputs, name="chord_generator_step")


class ReferenceStep(layers.Layer):
    """The pitch class that stands for C, and what is remembered of it.

    Shapes: token, key id and remembered reference (pitch class + 1, 0 = none yet), [batch, 1] each -> reference
    [batch, 1] and what to remember [batch, 1].
    """

    def call(self, inputs: list[keras.KerasTensor]) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Take the key's tonic, else what is remembered, else the root of this chord."""
        token, key, remembered = inputs
        first = ops.where(ops.greater(remembered, 0), remembered - 1, root_of(token))
        reference = reference_of(key, first)
        known = ops.logical_or(ops.greater(remembered, 0), ops.greater_equal(token, N_SPECIAL))
        return reference, ops.where(known, reference + 1, 0)


def _kernel(trained: keras.Model, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    kernel, recurrent, bias = trained.get_layer(f"recurrent_{index}").get_weights()
    return gate_order(np.vstack([kernel, recurrent])), gate_order(bias)
