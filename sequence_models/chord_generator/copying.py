"""Copy attention: songs repeat themselves, so each chord looks for its like earlier in the song.

At chord t the candidates are the earlier chords i < t whose successor i + 1 may come next. Head h scores

    s_h(t, i) = q_h(t) . k_h(i) / sqrt(d) + match_h[m(t, i)] + recency_h[log2(t - i)] + place_h[l(t, i)]

where q and k are projections of the recurrent states, m(t, i) counts how many chords in a row, ending at t and
at i, are equal, and l(t, i) tells how much alike their places are (see `places`) and whether the chords are equal
too: in the second verse, the first one's chord at the same bar says what comes. Beside the candidates stands a
learned score for copying nothing. The softmax's mass, gathered by successor, is the head's copy distribution.
Pointer networks (Vinyals et al. 2015, eq. 3) with the match length of a song cache (`shared.metrics.song_cache`) as
a feature.

`CopyAttention` sees whole songs; `CopyAttentionStep` one chord and a memory of those before. Both share their
weights and `_attend`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from sequence_models.chord_generator.places import BARS, HALF_PERIOD, ORDERS, UNKNOWN
from sequence_models.chord_generator.song_layers import IMPOSSIBLE, chord_rows
from shared.music.chord_tokens import PAD_ID

_PACKAGE = "consort"
# Match lengths from which a new row of the table begins: 0, 1, ..., 8, 9-12, 13-16, 17-23, 24 and more.
MATCH_BOUNDS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17, 24)
N_MATCHES = len(MATCH_BOUNDS) + 1
_LONGEST = MATCH_BOUNDS[-1]
_N_DISTANCES = 9
# Rows of the table of places: elsewhere, the same place in a phrase of eight bars, the same place in a section
# of the same name; then the three with equal chords.
_N_LIKENESS = 3
# What the heads have to go on: the longest match, and how much alike the places of equal chords are at best.
N_CLUES = N_MATCHES * _N_LIKENESS


@keras.saving.register_keras_serializable(_PACKAGE)
class CopyAttention(layers.Layer):
    """Copy attention over whole songs.

    Shapes: states [batch, length, units], tokens [batch, length], places [batch, length] -> copies [batch, length,
    heads, 279], context [batch, length, context_dim] (what followed there, as a mean of projected states), clue
    [batch, length] (longest match and best likeness as one of `N_CLUES`).
    """

    def __init__(self, heads: int, head_dim: int, context_dim: int, **kwargs: object) -> None:
        """Take the number of heads and the widths of a head and of the context."""
        super().__init__(**kwargs)
        self.heads, self.head_dim, self.context_dim = heads, head_dim, context_dim
        self.query, self.key, self.value = (
            layers.Dense(width, use_bias=False, name=name)
            for name, width in (("query", heads * head_dim), ("key", heads * head_dim), ("value", context_dim))
        )

    def build(self, input_shape: Any) -> None:
        """Create the projections and tables, from the shape of the states."""
        for projection in (self.query, self.key, self.value):
            projection.build(input_shape[0])
        small = keras.initializers.RandomNormal(stddev=0.1)
        self.match = self.add_weight(shape=(N_MATCHES, self.heads), initializer=small, name="match")
        self.recency = self.add_weight(shape=(_N_DISTANCES, self.heads), initializer="zeros", name="recency")
        self.place = self.add_weight(shape=(2 * _N_LIKENESS, self.heads), initializer="zeros", name="place")
        self.nothing = self.add_weight(shape=(self.heads,), initializer="zeros", name="nothing")
        self.built = True

    def call(self, inputs: list[keras.KerasTensor]) -> tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]:
        """Let every chord look at those before it."""
        states, tokens, places = inputs
        successors = _next(tokens)
        positions = ops.arange(ops.shape(tokens)[1])
        distance = positions[:, None] - positions[None]
        may = ops.not_equal(successors[:, None], tokens[:, :, None])
        allowed = ops.logical_and(ops.greater(distance, 0)[None], may)
        after = _next(self.value(states))
        alike = likeness(places, places)
        return self._attend(
            self.query(states), self.key(states), after, successors, match_lengths(tokens), distance, alike, allowed
        )

    def _attend(
        self,
        query: keras.KerasTensor,
        key: keras.KerasTensor,
        after: keras.KerasTensor,
        successors: keras.KerasTensor,
        match: keras.KerasTensor,
        distance: keras.KerasTensor,
        alike: keras.KerasTensor,
        allowed: keras.KerasTensor,
    ) -> tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]:
        """Attend from queries [batch, n, .] to candidates [batch, m, .] with match, alike and allowed [batch, n, m]."""
        rows = sum(ops.cast(ops.greater_equal(match, bound), "int32") for bound in MATCH_BOUNDS)
        scores = ops.matmul(self._split(query), ops.transpose(self._split(key), (0, 1, 3, 2))) / self.head_dim**0.5
        scores = scores + ops.transpose(ops.take(self.match, rows, axis=0), (0, 3, 1, 2))
        scores = scores + ops.transpose(ops.take(self.recency, _octaves(distance), axis=0), (2, 0, 1))[None]
        equal = ops.cast(ops.greater(match, 0), "int32")
        scores = scores + ops.transpose(ops.take(self.place, alike + _N_LIKENESS * equal, axis=0), (0, 3, 1, 2))
        scores = ops.where(allowed[:, None], scores, IMPOSSIBLE)
        nothing = self.nothing[None, :, None, None] + ops.zeros_like(scores[..., :1])
        weights = ops.softmax(ops.concatenate([scores, nothing], axis=-1))[..., :-1]
        chords = chord_rows(successors, weights.dtype)[:, None]
        copies = ops.transpose(ops.matmul(weights, chords), (0, 2, 1, 3))
        context = ops.matmul(ops.mean(weights, axis=1), after)
        longest, likest = (ops.max(ops.where(allowed, found, 0), axis=-1) for found in (rows, alike * equal))
        return copies, context, longest + N_MATCHES * likest

    def _split(self, projected: keras.KerasTensor) -> keras.KerasTensor:
        """Part the heads: [batch, n, heads * head_dim] -> [batch, heads, n, head_dim]."""
        length = ops.shape(projected)[1]
        return ops.transpose(ops.reshape(projected, (-1, length, self.heads, self.head_dim)), (0, 2, 1, 3))

    def get_config(self) -> dict[str, object]:
        """Return what rebuilds the layer."""
        own = {"heads": self.heads, "head_dim": self.head_dim, "context_dim": self.context_dim}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(_PACKAGE)
class CopyAttentionStep(CopyAttention):
    """`CopyAttention` for one chord: the caller carries a memory of the last `n` chords.

    Shapes: state [batch, units], token [batch, 1], place [batch, 1], then the memory: tokens [batch, n] (0 = nothing
    yet), keys [batch, n, heads * head_dim], values [batch, n, context_dim], match [batch, n] (how many chords in a
    row, ending at the last chord and at each of the memory, were equal), places [batch, n] -> copies [batch, 1,
    heads, 279], context [batch, 1, context_dim], clue [batch, 1], then the new memory in the same order.
    """

    def call(self, inputs: list[keras.KerasTensor]) -> tuple[keras.KerasTensor, ...]:
        """Push the chord into the memory, drop the oldest, attend to what the memory holds."""
        state, token, place, heard, keys, values, before, places = inputs
        size = heard.shape[1]
        successors = ops.concatenate([heard[:, 1:], token], axis=1)
        after = ops.concatenate([values[:, 1:], self.value(state)[:, None]], axis=1)
        one_shorter = ops.concatenate([ops.zeros_like(before[:, :1]), before[:, :-1]], axis=1)
        match = ops.where(ops.equal(heard, token), one_shorter + 1.0, 0.0)
        allowed = ops.logical_and(ops.not_equal(heard, PAD_ID), ops.not_equal(successors, token))
        distance = ops.convert_to_tensor(np.arange(size, 0, -1, dtype=np.int32)[None])
        answer = self._attend(
            self.query(state)[:, None], keys, after, successors, match[:, None], distance, likeness(place, places),
            allowed[:, None],
        )  # fmt: skip
        new_keys = ops.concatenate([keys[:, 1:], self.key(state)[:, None]], axis=1)
        new_match = ops.concatenate([match[:, 1:], ops.zeros_like(match[:, :1])], axis=1)
        return *answer, successors, new_keys, after, new_match, ops.concatenate([places[:, 1:], place], axis=1)


def match_lengths(tokens: keras.KerasTensor) -> keras.KerasTensor:
    """Return [batch, length, length]: at (t, i) how many tokens in a row, ending at t and at i, are equal.

    Counted up to 24, where the last row of the table begins.
    """
    equal = ops.cast(ops.equal(tokens[:, :, None], tokens[:, None]), "float32")
    total = run = equal
    for _ in range(_LONGEST - 1):
        run = ops.pad(run, ((0, 0), (1, 0), (1, 0)))[:, :-1, :-1] * equal
        total = total + run
    return total


def likeness(these: keras.KerasTensor, those: keras.KerasTensor) -> keras.KerasTensor:
    """Return [batch, n, m] of places [batch, n] and [batch, m].

    2 = the same place in sections of the same name, 1 = the same place in a phrase of eight bars, 0 = neither, or
    one of the two is unknown.
    """
    one, other = these[:, :, None], those[:, None]
    known = ops.logical_and(ops.not_equal(one, UNKNOWN), ops.not_equal(other, UNKNOWN))
    same = ops.logical_and(ops.equal(one, other), ops.greater(other, ORDERS * BARS))
    in_phrase = ops.equal(_in_phrase(these)[:, :, None], _in_phrase(those)[:, None])
    return ops.where(same, 2, ops.cast(ops.logical_and(known, in_phrase), "int32"))


def _in_phrase(places: keras.KerasTensor) -> keras.KerasTensor:
    """Return where in a phrase of eight bars places are; never of a negative number, whose remainder ONNX signs."""
    return ops.mod(ops.maximum(places - 1, 0), HALF_PERIOD)


def _next(rows: keras.KerasTensor) -> keras.KerasTensor:
    """Return what stands at the next position, and zeros at the last."""
    return ops.concatenate([rows[:, 1:], ops.zeros_like(rows[:, :1])], axis=1)


def _octaves(distance: keras.KerasTensor) -> keras.KerasTensor:
    """Return 0 for a distance of 1, 1 for 2-3, 2 for 4-7, ..., 8 for 256 and more."""
    far = [ops.cast(ops.greater_equal(distance, 2**power), "int32") for power in range(1, _N_DISTANCES)]
    return sum(far[1:], far[0])
