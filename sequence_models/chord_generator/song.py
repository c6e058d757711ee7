"""The song network: it hears the whole song so far, and copies from it what comes again.

    chord_sequence_input [batch, length], key_input
        relative to the tonic - Embedding 279 -> 128 --+
    place_input [batch, length]                        |
        place in the phrase - Embedding 65 -> 16 ------+
    genre_input mood_input key_input scale_type_input  +- Dropout, LSTM 256, Dropout, LSTM 256, Dropout --+
        ConditionFeatures 15 - Dense 64, relu ---------+                                                  |
                                          copy attention over the song so far, 4 heads: copies, context --+
        [states, context, clue (match and place) -> 16, confidence of the heads]
             Dense 5, softmax: gates    Dense 4: boosts    Dropout, Dense 128, gelu, Dense 279: logits
        mixture of vocabulary and copies, back to the key as it sounds
    probabilities        [batch, length, 279]

A song repeats itself, and a window of twelve chords does not reach back to the last chorus. The recurrent state
is carried over the whole song, and copy attention (`copying`) finds earlier places that went the same way, by what
sounded there and, where bars and sections are known (`places`), by where they stand.
Everything between the first and the last layer sees the song as if its tonic were C.

Sequences are padded on the right and every layer is causal, so that a valid step never sees padding and no mask
is needed: loss and metrics leave the padding out by their weights.
"""

from __future__ import annotations

from dataclasses import replace

import keras
from keras import layers

from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.copying import N_CLUES, CopyAttention
from sequence_models.chord_generator.inputs import model_inputs
from sequence_models.chord_generator.places import PERIOD
from sequence_models.chord_generator.song_layers import (
    ConditionFeatures,
    Confidence,
    FromRelative,
    MixCopies,
    PhraseOf,
    Reference,
    ToRelative,
    WithEach,
    gelu,
)
from sequence_models.chord_generator.tensor_names import OUTPUT, PLACE_INPUT, TOKENS_INPUT
from shared.music.chord_tokens import N_TOKENS
from shared.music.conditions import KEY_COLUMN

Layers = dict[str, keras.layers.Layer]


def build_song(config: ModelConfig, **recurrent: bool) -> keras.Model:
    """Return the network over whole songs.

    Inputs `chord_sequence_input [batch, length]`, `genre_input`, `mood_input`, `key_input`, `scale_type_input
    [batch, 1]`, `place_input [batch, length]`, all int32; output `probabilities [batch, length, 279]`.
    """
    made = make_layers(config)
    tokens, conditions = model_inputs(None, TOKENS_INPUT)
    places = keras.Input((None,), dtype="int32", name=PLACE_INPUT)
    key = conditions[KEY_COLUMN]
    reference = Reference(name="reference")([tokens, key])
    relative = ToRelative(name="relative")([tokens, reference])
    asked = made["conditioning"](ConditionFeatures(name="condition_features")(conditions))
    hidden = WithEach(name="features")([heard_chords(made, relative, places), asked])
    hidden = layers.Dropout(config.dropout, name="features_dropout")(hidden)
    for index in range(config.num_layers):
        lstm = layers.LSTM(config.lstm_units, return_sequences=True, name=f"recurrent_{index}", **recurrent)
        hidden = layers.Dropout(config.dropout, name=f"recurrent_dropout_{index}")(lstm(hidden))
    copies, context, clue = made["copy"]([hidden, relative, places])
    mixed = mix(made, config, [hidden, context, copies, clue, relative])
    output = FromRelative(name=OUTPUT)([mixed, tokens, reference, key])
    return keras.Model([tokens, *conditions, places], output, name="chord_generator")


def build_song_export(config: ModelConfig) -> keras.Model:
    """Return the twin without dropout: an export needs no random generators."""
    return build_song(replace(config, dropout=0.0), use_cudnn=False)


def make_layers(config: ModelConfig, copy: type[CopyAttention] = CopyAttention) -> Layers:
    """Create the layers that hold weights, but the recurrent ones, each under the name that its twins share."""
    made = (
        layers.Embedding(N_TOKENS, config.embedding_dim, name="chord_embedding"),
        layers.Embedding(1 + PERIOD, config.place_dim, name="place_embedding"),
        layers.Dense(config.conditioning_units, "relu", name="conditioning"),
        copy(config.copy_heads, config.copy_dim, config.context_dim, name="copy"),
        layers.Embedding(N_CLUES, config.match_dim, name="clue_embedding"),
        layers.Dense(config.copy_heads + 1, "softmax", name="gates"),
        layers.Dense(config.copy_heads, kernel_initializer="zeros", name="boosts"),
        layers.Dense(config.embedding_dim, gelu, name="hidden"),
        layers.Dense(N_TOKENS, name="next_chord"),
    )
    return {layer.name: layer for layer in made}


def heard_chords(made: Layers, relative: keras.KerasTensor, places: keras.KerasTensor) -> keras.KerasTensor:
    """Return each chord with its place in the phrase: ids [batch, length] twice -> [batch, length, n]."""
    phrase = made["place_embedding"](PhraseOf(name="phrase")(places))
    return layers.Concatenate(name="placed_chord")([made["chord_embedding"](relative), phrase])


def mix(made: Layers, config: ModelConfig, parts: list[keras.KerasTensor]) -> keras.KerasTensor:
    """Return the probabilities relative to the tonic, from [states, context, copies, clue, tokens]."""
    states, context, copies, clue, relative = parts
    known = [states, context, made["clue_embedding"](clue), Confidence(name="confidence")(copies)]
    seen = layers.Concatenate(name="seen")(known)
    logits = made["next_chord"](made["hidden"](layers.Dropout(config.dropout, name="seen_dropout")(seen)))
    gates = made["gates"](seen)[:, :, 1:]
    return MixCopies(name="mixture")([logits, gates, made["boosts"](seen), copies, relative])
