"""The sequence melody net: one event of a melody after the other, under chords, in a key, with an emotion.

It hears pitches and chords as steps above the tonic, so that what it knows of one key it knows of all twelve:
pitch - tonic, where the tonic is taken from six semitones below C to five above, so that registers stay near. The
duration of what comes is chosen first and the pitch for it: given as `coming_duration`, it reaches the pitch and
nothing else. 0 stands for not known.

    event, duration, place, chord, mode, emotion -> embeddings -> Dense + ReLU -> LSTM -> Dropout
        -> durations: Dense + softmax
        -> with coming duration, place and chord: Dense + ReLU -> steps above the tonic: Dense -> by pitch: softmax
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from sequence_models.checkpoints import transfer_weights
from sequence_models.midi_models.config import ModelConfig
from sequence_models.midi_models.event_tensors import (
    CHORD,
    COMING,
    DURATION,
    DURATIONS,
    EMOTION,
    INPUTS,
    KEY,
    N_TONICS,
    PITCH,
    PITCHES,
    PLACE,
    STATES,
)
from shared.music.emotion_chords import FIRST_DIM7_ID, N_QUALITIES, NO_CHORD_ID
from shared.music.emotion_nets import EMBEDDING
from shared.music.melody_events import N_CHORDS, N_DURATIONS, N_PITCHES, N_PLACES, NOTHING_YET, REST

_LOWEST_TONIC, _HIGHEST_TONIC = -6, 5
_N_RELATIVE = N_PITCHES + _HIGHEST_TONIC - _LOWEST_TONIC  # steps above the tonic, counted from the lowest there is
_N_CLASSES = 14  # pitch classes above the tonic, rest, nothing yet
_NO_ROOT, _DIM7_QUALITY, _NO_QUALITY = 12, N_QUALITIES, N_QUALITIES + 1
_EMOTION_DIM, _MODE_DIM = 16, 8

_ROOTS = np.array([i // N_QUALITIES for i in range(NO_CHORD_ID)] + [_NO_ROOT] + list(range(N_CHORDS - FIRST_DIM7_ID)))
_QUALITIES = np.array(
    [i % N_QUALITIES for i in range(NO_CHORD_ID)] + [_NO_QUALITY] + [_DIM7_QUALITY] * (N_CHORDS - FIRST_DIM7_ID)
)
BLOCKS = (
    ("places", "roots", "qualities", "pitch_steps", "pitch_classes", "durations_heard", "modes", "emotion", "joined"),
    ("recurrent",),
    ("coming_durations", "pitch_hidden"),
    (DURATIONS, "pitch_logits"),
)


@keras.saving.register_keras_serializable("consort")
class Relative(keras.layers.Layer):
    """Event and chord [batch, length] as the key [batch, length] hears them.

    Returns:
        Steps above the tonic counted from the lowest there is (rest and nothing behind them), pitch classes above
        the tonic (the same), the chord's root above the tonic (12 = none), its quality, and the mode (0 major).
    """

    def call(self, pitch: Any, chord: Any, key: Any) -> tuple[Any, ...]:
        """Return five int32 tensors [batch, length]."""
        # 12 is added wherever there could be less than 0: the exported remainder has the sign of what is divided.
        tonic = signed_tonic(key)
        is_note = pitch < REST
        steps = ops.where(is_note, pitch - tonic + _HIGHEST_TONIC, pitch - REST + _N_RELATIVE)
        classes = ops.where(is_note, ops.mod(pitch - tonic + 12, 12), pitch - REST + 12)
        root = ops.take(ops.convert_to_tensor(_ROOTS, "int32"), chord)
        root = ops.where(root < _NO_ROOT, ops.mod(root - tonic + 12, 12), root)
        quality = ops.take(ops.convert_to_tensor(_QUALITIES, "int32"), chord)
        return steps, classes, root, quality, ops.cast(key >= N_TONICS, "int32")


@keras.saving.register_keras_serializable("consort")
class ByPitch(keras.layers.Layer):
    """Logits by steps above the tonic [..., steps + rest] as probabilities by MIDI pitch [..., 128 + rest]."""

    def call(self, logits: Any, key: Any) -> Any:
        """Read the logits at each pitch's steps above the tonic of the key [...]."""
        pitches = ops.arange(N_PITCHES, dtype="int32")
        places = pitches - ops.expand_dims(signed_tonic(key), -1) + _HIGHEST_TONIC
        rest = ops.full_like(places[..., :1], _N_RELATIVE)
        return ops.softmax(ops.take_along_axis(logits, ops.concatenate([places, rest], axis=-1), axis=-1), axis=-1)


def signed_tonic(key: Any) -> Any:
    """Return the tonic of a key id as semitones from the nearest C, -6 to 5."""
    return ops.mod(ops.mod(key, 12) - _LOWEST_TONIC, 12) + _LOWEST_TONIC


def build_melody_net(config: ModelConfig) -> keras.Model:
    """Return an untrained net for whole melodies.

    Inputs in the order of `INPUTS`, all int32 [batch, length] but `embedding` [batch, length, 64]; outputs
    `durations` [batch, length, 17] and `pitches` [batch, length, 129].
    """
    given = _inputs((None,))
    joined, around = _heard(given, config)
    heard = keras.layers.LSTM(config.recurrent_units, return_sequences=True, use_cudnn=False, name="recurrent")(joined)
    heard = keras.layers.Dropout(config.recurrent_dropout, name="recurrent_dropout")(heard)
    return keras.Model(list(given.values()), _answers(heard, around, given, config), name="melody_sequence")


def build_step_net(config: ModelConfig) -> keras.Model:
    """Return the step net, event by event: the state comes in and goes out.

    Inputs in the order of `INPUTS`, int32 [batch] but `embedding` [batch, 64], then `h` and `c` [batch, units];
    outputs `durations` [batch, 17], `pitches` [batch, 129], then the new `h` and `c`.
    """
    given = _inputs(())
    states = [keras.Input((config.recurrent_units,), name=name) for name in STATES]
    joined, around = _heard(given, config)
    heard, after = keras.layers.LSTMCell(config.recurrent_units, name="recurrent")(joined, states)
    # An exporter takes a tensor that is named twice for one: each state is a tensor of its own.
    kept = [keras.layers.Identity(name=f"next_{name}")(state) for name, state in zip(STATES, after, strict=True)]
    return keras.Model([*given.values(), *states], [*_answers(heard, around, given, config), *kept], name="melody_step")


def make_step_net(trained: keras.Model, config: ModelConfig) -> keras.Model:
    """Return the step net with the weights of a trained one."""
    return transfer_weights(trained, build_step_net(config))


def _inputs(ids: tuple[None, ...]) -> dict[str, Any]:
    """Return the inputs by name: ids of a shape, and the embedding with 64 numbers for each."""
    return {
        name: keras.Input((*ids, len(EMBEDDING)), name=name)
        if name == EMOTION
        else keras.Input(ids, name=name, dtype="int32")
        for name in INPUTS
    }


def _heard(given: Mapping[str, Any], config: ModelConfig) -> tuple[Any, Any]:
    """Embed what has sounded and what is around it; return all of it joined, and the latter: place and chord."""
    wide, other = config.pitch_dim, config.other_dim
    steps, classes, root, quality, mode = Relative(name="relative")(given[PITCH], given[CHORD], given[KEY])
    around = keras.layers.Concatenate(name="around")(
        [
            keras.layers.Embedding(N_PLACES, other, name="places")(given[PLACE]),
            keras.layers.Embedding(_NO_ROOT + 1, other, name="roots")(root),
            keras.layers.Embedding(_NO_QUALITY + 1, other, name="qualities")(quality),
        ]
    )
    parts = [
        keras.layers.Embedding(_N_RELATIVE + NOTHING_YET - REST + 1, wide, name="pitch_steps")(steps),
        keras.layers.Embedding(_N_CLASSES, wide, name="pitch_classes")(classes),
        keras.layers.Embedding(N_DURATIONS, other, name="durations_heard")(given[DURATION]),
        around,
        keras.layers.Embedding(2, _MODE_DIM, name="modes")(mode),
        keras.layers.Dense(_EMOTION_DIM, activation="tanh", name="emotion")(given[EMOTION]),
    ]
    joined = keras.layers.Concatenate(name="heard")(parts)
    return keras.layers.Dense(config.recurrent_units, activation="relu", name="joined")(joined), around


def _answers(heard: Any, around: Any, given: Mapping[str, Any], config: ModelConfig) -> list[Any]:
    """Return the probabilities of the coming duration, and of the pitch that goes with it."""
    durations = keras.layers.Dense(N_DURATIONS, activation="softmax", name=DURATIONS)(heard)
    coming = keras.layers.Embedding(N_DURATIONS, config.other_dim, name="coming_durations")(given[COMING])
    hidden = keras.layers.Concatenate(name="before_pitch")([heard, around, coming])
    hidden = keras.layers.Dense(config.recurrent_units, activation="relu", name="pitch_hidden")(hidden)
    logits = keras.layers.Dense(_N_RELATIVE + 1, name="pitch_logits")(hidden)
    return [durations, ByPitch(name=PITCHES)(logits, given[KEY])]
