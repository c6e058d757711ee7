"""The batches that `model.fit` reads: drawn anew each epoch for training, fixed for validation.

A window takes `sequence_length` tokens as inputs and the same shifted by one as targets; the end of a short
song is padded with PAD, whose targets weigh nothing:

    inputs   START Am F  C  G  PAD PAD
    targets  Am    F  C  G END PAD PAD
    weights  1     1  1  1  1  0   0

Everything random comes from (seed, epoch), never from what was drawn before: an interrupted run that begins
its epoch again sees the same windows in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.balance import balanced_songs
from sequence_models.chord_generator.config import DataConfig, ModelConfig
from sequence_models.chord_generator.curriculum import Curriculum
from sequence_models.chord_generator.encoding import EncodedSong, condition_inputs, hide_conditions
from sequence_models.chord_generator.substitution import substitute
from shared.music.chord_tokens import PAD_ID, transpose_ids
from shared.music.conditions import KEY, KEY_COLUMN

Batch = tuple[dict[str, NDArray[np.int32]], NDArray[np.int32], NDArray[np.float32]]


class _Batches(keras.utils.PyDataset):
    """Windows in batches; whoever derives from it sets the three arrays, a row for each window."""

    _inputs: NDArray[np.int32]
    _targets: NDArray[np.int32]
    _conditions: NDArray[np.int32]

    def __init__(self, batch_size: int) -> None:
        """Take the number of windows in a batch."""
        super().__init__(workers=1)
        self.batch_size = batch_size

    def __len__(self) -> int:
        """Return the number of batches."""
        return -(-len(self._targets) // self.batch_size)

    def __getitem__(self, index: int) -> Batch:
        """Return one batch."""
        rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return to_batch(self._inputs[rows], self._targets[rows], self._conditions[rows])


class TrainingWindows(_Batches):
    """Random windows of the training songs, transposed and varied as the configuration says."""

    def __init__(
        self, songs: Sequence[EncodedSong], model: ModelConfig, data: DataConfig, batch_size: int, seed: int
    ) -> None:
        """Prepare epoch 0."""
        super().__init__(batch_size)
        self.songs, self.length, self.data = songs, model.sequence_length, data
        self.seed = seed
        self.conditions = np.array([song.conditions for song in songs], dtype=np.int32)
        self._windows_per_song = [max(1, -(-(len(song.tokens) - 1) // self.length)) for song in songs]
        self._curriculum = Curriculum(songs, data.curriculum_epochs)
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int) -> None:
        """Draw the windows of an epoch."""
        self.epoch = epoch
        self.rng = np.random.default_rng([self.seed, epoch])
        starts = self._draw_starts(epoch)
        inputs, targets = window_arrays(self.songs, starts, self.length)
        conditions = self.conditions[[index for index, _ in starts]]
        if self.data.substitution:
            inputs, targets = substitute(inputs, targets, self.data.substitution, self.rng)
        if self.data.transpose:
            inputs, targets, conditions = _transpose(inputs, targets, conditions, self.rng)
        self._inputs, self._targets = inputs, targets
        self._conditions = hide_conditions(conditions, self.data.condition_dropout, self.rng)

    def _draw_starts(self, epoch: int) -> list[tuple[int, int]]:
        """Return as many windows as tile the songs: each song's opening, the others at random places."""
        total = sum(self._windows_per_song)
        chosen = balanced_songs(self.songs, self._curriculum.songs(epoch), self.data.balance, self.rng)
        starts = [(int(index), self._start(int(index), first=True)) for index in chosen]
        extra = [index for index in chosen for _ in range(self._windows_per_song[index] - 1)]
        starts += [(int(index), self._start(int(index), first=False)) for index in extra]
        # Every epoch has the same number of steps: a curriculum's small set is repeated, too many are thinned out.
        while len(starts) < total:
            index = int(self.rng.choice(chosen))
            starts.append((index, self._start(index, first=False)))
        return [starts[place] for place in self.rng.permutation(len(starts))[:total]]

    def _start(self, index: int, *, first: bool) -> int:
        last = len(self.songs[index].tokens) - 1 - self.length
        return 0 if first or last <= 0 else int(self.rng.integers(0, last + 1))


class FixedWindows(_Batches):
    """Windows that cover every target of the songs exactly once, unchanged: validation."""

    def __init__(self, songs: Sequence[EncodedSong], model: ModelConfig, batch_size: int) -> None:
        """Cut all windows."""
        super().__init__(batch_size)
        starts = tiled_starts(songs, model.sequence_length)
        self._inputs, self._targets = window_arrays(songs, starts, model.sequence_length)
        self._conditions = np.array([songs[index].conditions for index, _ in starts], dtype=np.int32)


def _transpose(
    inputs: NDArray[np.int32], targets: NDArray[np.int32], conditions: NDArray[np.int32], rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Shift each window and its key by a random number of semitones."""
    shifts = rng.integers(0, 12, len(inputs)).astype(np.int32)
    keys = conditions[:, KEY_COLUMN]
    moved = 12 * (keys // 12) + (keys + shifts) % 12
    conditions = conditions.copy()
    conditions[:, KEY_COLUMN] = np.where(keys == KEY.unspecified, keys, moved)
    column = shifts[:, None]
    return transpose_ids(inputs, column), transpose_ids(targets, column), conditions


def window_arrays(
    songs: Sequence[EncodedSong], starts: Sequence[tuple[int, int]], length: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Cut windows: (song index, first position) pairs -> inputs and targets [windows, length]."""
    return cut([songs[index].tokens[start : start + length + 1] for index, start in starts], length)


def cut(pieces: Sequence[NDArray[np.int32]], length: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pad pieces of up to `length + 1` tokens -> inputs and targets [pieces, length]."""
    padded = np.full((len(pieces), length + 1), PAD_ID, dtype=np.int32)
    for row, piece in zip(padded, pieces, strict=True):
        row[: len(piece)] = piece
    # An input without a target (the END of the song) is padding too.
    targets = padded[:, 1:]
    return np.where(targets == PAD_ID, PAD_ID, padded[:, :-1]).astype(np.int32), targets.copy()


def tiled_starts(songs: Sequence[EncodedSong], length: int) -> list[tuple[int, int]]:
    """Return windows that cover every target of every song exactly once."""
    return [(index, start) for index, song in enumerate(songs) for start in range(0, len(song.tokens) - 1, length)]


def to_batch(inputs: NDArray[np.int32], targets: NDArray[np.int32], conditions: NDArray[np.int32]) -> Batch:
    """Return what Keras trains on: inputs by name, targets, and weights that leave padding out."""
    weights = (targets != PAD_ID).astype(np.float32)
    return {"chord_sequence_input": inputs, **condition_inputs(conditions)}, targets, weights
