"""What an exported network gives to every chord change of a song, from the second chord on.

A network that takes any length hears each song whole. One that sees a window of chords predicts each change
from the window before it: the windows overlap, and of all but the first only the last position counts. END is
not scored and PAD, START and END get no probability: the question is which chord comes, as it is for the
controls beside it. Songs that are scored together are padded on the right, which no position ever sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.encoding import EncodedSong, condition_inputs, metric_song
from sequence_models.chord_generator.places import UNKNOWN
from sequence_models.chord_generator.tensor_names import OUTPUT, PLACE_INPUT, TOKENS_INPUT
from shared.metrics.sequences import PositionScores, TokenSong
from shared.music.chord_tokens import N_SPECIAL, PAD_ID
from shared.runtime import OnnxModel

Table = NDArray[np.float32]


def score_songs(
    model: OnnxModel, songs: Sequence[EncodedSong], batch_size: int
) -> Iterator[tuple[TokenSong, PositionScores]]:
    """Yield each song of two or more chords with its scores, shorter songs first."""
    usable = sorted((song for song in songs if len(song.chords) > 1), key=lambda song: len(song.tokens))
    length = model.signature.inputs[0].axes[1]
    for group in _groups(usable, batch_size):
        tables = _by_window(model, group, length) if isinstance(length, int) else _whole(model, group)
        for song, table in zip(group, tables, strict=True):
            yield metric_song(song), PositionScores.of(_chords_only(table), np.asarray(song.chords[1:]))


def _groups(songs: Sequence[EncodedSong], room: int) -> Iterator[list[EncodedSong]]:
    """Part songs, shortest first, into groups of at most `room` padded chords (or one song)."""
    group: list[EncodedSong] = []
    for song in songs:
        if group and (len(group) + 1) * len(song.tokens) > room:
            yield group
            group = []
        group.append(song)
    if group:
        yield group


def _whole(model: OnnxModel, songs: Sequence[EncodedSong]) -> list[Table]:
    """Return for each song what was given after its first chord, its second, ..., its last but one."""
    longest = len(songs[-1].tokens)
    tokens = np.full((len(songs), longest), PAD_ID, np.int32)
    places = np.full_like(tokens, UNKNOWN)
    for row, song in enumerate(songs):
        tokens[row, : len(song.tokens) - 1] = song.tokens[:-1]
        places[row, : len(song.places) - 1] = song.places[:-1]
    asked = np.array([song.conditions for song in songs], np.int32)
    answer = model.run({TOKENS_INPUT: tokens, **condition_inputs(asked), PLACE_INPUT: places})[OUTPUT]
    return [answer[row, 1 : len(song.chords)] for row, song in enumerate(songs)]


def _by_window(model: OnnxModel, songs: Sequence[EncodedSong], length: int) -> list[Table]:
    windows = [contexts(song, length) for song in songs]
    counts = [len(rows) for rows, _ in windows]
    tokens = np.concatenate([rows for rows, _ in windows])
    position = np.concatenate([last for _, last in windows])
    asked = np.repeat(np.array([song.conditions for song in songs], np.int32), counts, axis=0)
    answer = model.run({TOKENS_INPUT: tokens, **condition_inputs(asked)})[OUTPUT]
    return np.split(answer[np.arange(len(tokens)), position], np.cumsum(counts)[:-1])


def contexts(song: EncodedSong, length: int) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return for each chord from the second on its window [changes, length] and the position that predicts it."""
    n_changes = len(song.chords) - 1
    ends = np.arange(2, 2 + n_changes)  # tokens seen: START and the chords before
    starts = np.maximum(0, ends - length)
    rows = np.full((n_changes, length), PAD_ID, np.int32)
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        rows[row, : end - start] = song.tokens[start:end]
    return rows, ends - starts - 1


def _chords_only(table: Table) -> NDArray[np.float64]:
    """Take the mass of PAD, START and END away: a chord does come."""
    chords = table.astype(np.float64)
    chords[:, :N_SPECIAL] = 0.0
    return chords / np.maximum(chords.sum(axis=-1, keepdims=True), 1e-12)
