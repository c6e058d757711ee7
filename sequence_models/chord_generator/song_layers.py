"""The song network's layers without weights: chords relative to the tonic, conditions as features, the mixture.

A chord's id is 3 + 23 * root + quality, so that a transposition is an addition. The network sees every song as
if its tonic were C and its answer is moved back: what it knows of one key it knows of all twelve, exactly.
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras import layers, ops

from sequence_models.chord_generator.places import PERIOD, UNKNOWN
from shared.music.chord_tokens import END_ID, N_QUALITIES, N_SPECIAL, N_TOKENS, START_ID
from shared.music.conditions import GENRE, KEY, MOOD, SCALE_TYPE
from shared.music.moods import MOOD_TABLE

_PACKAGE = "consort"
_CHORDS = 12 * N_QUALITIES
IMPOSSIBLE = -1e9
# Row m: valence and arousal of mood m, and that one is given; the last row says that none is.
_MOODS = np.array(
    [[mood.valence, mood.arousal, 1.0] for mood in map(MOOD_TABLE.get, MOOD.values) if mood] + [[0.0] * 3]
)
# [tonic, root from C, root]: where a root relative to the tonic stands in the key.
_ROTATIONS = np.stack([np.roll(np.eye(12), tonic, axis=1) for tonic in range(12)])


@keras.saving.register_keras_serializable(_PACKAGE)
class Reference(layers.Layer):
    """The pitch class that stands for C: the key's tonic, or the root of the first chord where no key is given.

    Shapes: tokens [batch, length], key ids [batch, 1] -> [batch, 1].
    """

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Look at the first token, or at the second when the first is START."""
        tokens, key = inputs
        # One more column, so that a lone START has a neighbour.
        second = ops.pad(tokens, ((0, 0), (0, 1)))[:, 1:2]
        first = ops.where(ops.equal(tokens[:, :1], START_ID), second, tokens[:, :1])
        return reference_of(key, root_of(first))


def root_of(token: keras.KerasTensor) -> keras.KerasTensor:
    """Return the roots of chords; 0 for PAD, START and END."""
    return ops.floor_divide(ops.maximum(token - N_SPECIAL, 0), N_QUALITIES)


def reference_of(key: keras.KerasTensor, otherwise: keras.KerasTensor) -> keras.KerasTensor:
    """Return the tonic of key ids, or `otherwise` where no key is given."""
    return ops.where(ops.equal(key, KEY.unspecified), otherwise, ops.mod(key, 12))


@keras.saving.register_keras_serializable(_PACKAGE)
class ToRelative(layers.Layer):
    """Ids of the same chords as if the reference were C: tokens [batch, length], reference [batch, 1] -> tokens."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Shift the roots; PAD, START and END stay."""
        tokens, reference = inputs
        # Never below 0: ONNX rounds the division of a negative integer towards 0.
        moved = N_SPECIAL + ops.mod(ops.maximum(tokens - N_SPECIAL, 0) + _CHORDS - N_QUALITIES * reference, _CHORDS)
        return ops.where(ops.less(tokens, N_SPECIAL), tokens, moved)


@keras.saving.register_keras_serializable(_PACKAGE)
class FromRelative(layers.Layer):
    """Probabilities of chords as they sound, from those relative to the reference.

    Shapes: probabilities [batch, length, 279], tokens [batch, length], reference and key ids [batch, 1] ->
    probabilities. Before the first chord of a song without a key nothing tells the roots apart: there every
    quality's mass is spread over the twelve.
    """

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Move the roots by a permutation, which is exact."""
        relative, tokens, reference, key = inputs
        special, chords = relative[:, :, :N_SPECIAL], relative[:, :, N_SPECIAL:]
        length = ops.shape(tokens)[1]
        grid = ops.reshape(chords, (-1, length, 12, N_QUALITIES))
        turn = ops.take(ops.convert_to_tensor(_ROTATIONS, relative.dtype), reference[:, 0], axis=0)
        moved = ops.matmul(ops.transpose(turn, (0, 2, 1))[:, None], grid)
        even = ops.mean(grid, axis=2, keepdims=True) + ops.zeros_like(grid)
        nothing_known = ops.logical_and(ops.equal(tokens, START_ID), ops.equal(key, KEY.unspecified))
        chosen = ops.where(nothing_known[:, :, None, None], even, moved)
        return ops.concatenate([special, ops.reshape(chosen, (-1, length, _CHORDS))], axis=-1)


@keras.saving.register_keras_serializable(_PACKAGE)
class ConditionFeatures(layers.Layer):
    """What is asked for, as numbers: ids of genre, mood, key and scale type, [batch, 1] each -> [batch, 15].

    One-hot genre, the mood's valence and arousal (so that a mood is understood through its neighbours), one-hot
    mode of the key, one-hot scale to keep to. "Not specified" is all zeros.
    """

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Join the four."""
        genre, mood, key, scale = inputs
        table = ops.convert_to_tensor(_MOODS, self.compute_dtype)
        mode = ops.floor_divide(key, 12)
        columns = [
            _one_hot(genre, len(GENRE.values), self.compute_dtype),
            ops.take(table, mood[:, 0], axis=0),
            _one_hot(mode, 2, self.compute_dtype),
            _one_hot(scale, len(SCALE_TYPE.values), self.compute_dtype),
        ]
        return ops.concatenate(columns, axis=-1)


@keras.saving.register_keras_serializable(_PACKAGE)
def gelu(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return x Phi(x) (Hendrycks & Gimpel 2016), by `erf`: Keras's own takes `erfc`, which ONNX does not have."""
    return 0.5 * x * (1.0 + ops.erf(x / math.sqrt(2.0)))


def _one_hot(ids: keras.KerasTensor, size: int, dtype: str) -> keras.KerasTensor:
    return ops.cast(ops.equal(ids, ops.arange(size)[None]), dtype)


@keras.saving.register_keras_serializable(_PACKAGE)
class PhraseOf(layers.Layer):
    """Where in a phrase of sixteen bars a place is, 0 = unknown: places [batch, length] -> rows [batch, length]."""

    def call(self, places: keras.KerasTensor) -> keras.KerasTensor:
        """Leave out the section."""
        return ops.where(ops.equal(places, UNKNOWN), 0, 1 + ops.mod(ops.maximum(places - 1, 0), PERIOD))


@keras.saving.register_keras_serializable(_PACKAGE)
class WithEach(layers.Layer):
    """Sets one vector beside each step: [batch, length, n], [batch, m] -> [batch, length, n + m]."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Repeat and concatenate."""
        steps, vector = inputs
        repeated = vector[:, None] + ops.zeros_like(steps[:, :, :1])
        return ops.concatenate([steps, repeated], axis=-1)


def chord_rows(tokens: keras.KerasTensor, dtype: str) -> keras.KerasTensor:
    """Return one-hot rows [..., 279]; by comparison, as ONNX Runtime's `OneHot` takes five times as long."""
    return ops.cast(ops.equal(tokens[..., None], ops.arange(N_TOKENS)), dtype)


@keras.saving.register_keras_serializable(_PACKAGE)
class MixCopies(layers.Layer):
    """The next chord: one part from the vocabulary, one copied from the song so far.

        p = (1 - sum_h g_h |C_h|) softmax(logits + sum_h b_h C_h) + sum_h g_h C_h

    See, Liu & Manning 2017 (pointer-generator), with several copying heads. C_h has a mass below 1: what a head
    does not want to copy goes to the vocabulary.

    Shapes: logits [batch, length, 279], gates and boosts [batch, length, heads], copies [batch, length, heads,
    279], tokens [batch, length] -> [batch, length, 279]. The gates of all heads sum to at most 1.
    """

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Mix; a chord change never repeats the present chord, and nothing but END follows no chord."""
        logits, gates, boosts, copies, tokens = inputs
        present = chord_rows(tokens, logits.dtype)
        never = ops.cast(ops.less(ops.arange(N_TOKENS), END_ID), logits.dtype)
        logits = logits + ops.sum(boosts[..., None] * copies, axis=2) + IMPOSSIBLE * (present + never)
        copied = ops.sum(gates[..., None] * copies, axis=2)
        return copied + (1.0 - ops.sum(copied, axis=-1, keepdims=True)) * ops.softmax(logits, axis=-1)


@keras.saving.register_keras_serializable(_PACKAGE)
class Confidence(layers.Layer):
    """How sure each head is: copies [batch, length, heads, 279] -> largest share and mass, [batch, length, 2 heads]."""

    def call(self, copies: keras.KerasTensor) -> keras.KerasTensor:
        """Reduce over the chords."""
        return ops.concatenate([ops.max(copies, axis=-1), ops.sum(copies, axis=-1)], axis=-1)
