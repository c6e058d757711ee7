"""The Keras inputs that all networks of the chord generator share."""

from __future__ import annotations

import keras

from shared.music.conditions import CONDITIONS


def model_inputs(length: int | None, name: str) -> tuple[keras.KerasTensor, list[keras.KerasTensor]]:
    """Return the input of tokens [batch, length] and those of the four conditions [batch, 1]; None = any length."""
    tokens = keras.Input((length,), dtype="int32", name=name)
    return tokens, [keras.Input((1,), dtype="int32", name=c.input_name) for c in CONDITIONS]
