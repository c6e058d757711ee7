"""What the network gives to every chord change of a song, from the second chord on.

Each change is predicted from the `sequence_length` tokens before it: the windows of a song overlap, and of all
but the first only the last position counts. END is not scored and PAD, START and END get no probability: the
question is which chord comes, as it is for the controls beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.encoding import EncodedSong, condition_inputs, metric_song
from sequence_models.chord_generator.model import TOKENS_INPUT
from shared.metrics.sequences import PositionScores, TokenSong
from shared.music.chord_tokens import N_SPECIAL, PAD_ID

_SONGS_AT_ONCE = 64


def score_songs(
    model: keras.Model, config: ModelConfig, songs: Sequence[EncodedSong], batch_size: int
) -> Iterator[tuple[TokenSong, PositionScores]]:
    """Yield each song of two or more chords with its scores."""
    usable = [song for song in songs if len(song.chords) > 1]
    for first in range(0, len(usable), _SONGS_AT_ONCE):
        group = usable[first : first + _SONGS_AT_ONCE]
        windows = [contexts(song, config.sequence_length) for song in group]
        counts = [len(rows) for rows, _ in windows]
        tokens = np.concatenate([rows for rows, _ in windows])
        position = np.concatenate([last for _, last in windows])
        asked = np.repeat(np.array([song.conditions for song in group], np.int32), counts, axis=0)
        answer = _predict(model, tokens, asked, batch_size)[np.arange(len(tokens)), position]
        for song, table in zip(group, np.split(answer, np.cumsum(counts)[:-1]), strict=True):
            yield metric_song(song), PositionScores.of(_chords_only(table), np.asarray(song.chords[1:]))


def contexts(song: EncodedSong, length: int) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return for each chord from the second on its window [changes, length] and the position that predicts it."""
    n_changes = len(song.chords) - 1
    ends = np.arange(2, 2 + n_changes)  # tokens seen: START and the chords before
    starts = np.maximum(0, ends - length)
    rows = np.full((n_changes, length), PAD_ID, np.int32)
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        rows[row, : end - start] = song.tokens[start:end]
    return rows, ends - starts - 1


def _predict(
    model: keras.Model, tokens: NDArray[np.int32], asked: NDArray[np.int32], batch_size: int
) -> NDArray[np.float32]:
    feeds = {TOKENS_INPUT: tokens, **condition_inputs(asked)}
    answer: NDArray[np.float32] = model.predict(feeds, batch_size=batch_size, verbose=0)
    return answer


def _chords_only(table: NDArray[np.float32]) -> NDArray[np.float64]:
    """Take the mass of PAD, START and END away: a chord does come."""
    chords = table.astype(np.float64)
    chords[:, :N_SPECIAL] = 0.0
    return chords / np.maximum(chords.sum(axis=-1, keepdims=True), 1e-12)
