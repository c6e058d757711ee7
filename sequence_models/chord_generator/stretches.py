"""Whole songs in batches, for the song network: drawn anew each epoch for training, fixed for validation.

A song of up to `memory` chords is one stretch, a longer one is cut at random places. Stretches of like length
stand in one batch, so that little is padding, and the shorter they are the more of them: a batch of size 64 has
room for 64 stretches of 48 chords.

Everything random comes from (seed, epoch), never from what was drawn before: an interrupted run that begins
its epoch again sees the same batches in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.balance import balanced_songs
from sequence_models.chord_generator.config import DataConfig, ModelConfig
from sequence_models.chord_generator.curriculum import Curriculum
from sequence_models.chord_generator.encoding import EncodedSong, hide_conditions
from sequence_models.chord_generator.places import UNKNOWN
from sequence_models.chord_generator.substitution import substitute
from sequence_models.chord_generator.tensor_names import PLACE_INPUT
from sequence_models.chord_generator.windows import Batch, cut, to_batch

_CHORDS_PER_STRETCH = 48
# Batches are padded to one of few lengths: 16, 24, 32, 40, ... chords.
_LENGTH_STEP = 8
_LENGTH_JITTER = 6.0  # chords by which the sorting by length is blurred, so that batches differ between epochs

Stretch = tuple[int, int, int]  # song, first token, number of tokens


class _Stretches(keras.utils.PyDataset):
    """Stretches in batches; whoever derives from it sets what a batch holds."""

    songs: Sequence[EncodedSong]
    _batches: list[list[Stretch]]
    _conditions: list[NDArray[np.int32]]

    def __init__(self) -> None:
        """Set up an empty data set."""
        super().__init__(workers=1)

    def __len__(self) -> int:
        """Return the number of batches."""
        return len(self._batches)

    def __getitem__(self, index: int) -> Batch:
        """Return one batch."""
        rows = self._batches[index]
        length = _length_of(rows) + self._extra(index)
        inputs, targets = cut([(self.songs[song].tokens[first : first + n]) for song, first, n in rows], length)
        inputs, targets = self._vary(index, inputs, targets)
        batch = to_batch(inputs, targets, self._conditions[index])
        batch[0][PLACE_INPUT] = self._places(index, length)
        return batch

    def _places(self, index: int, length: int) -> NDArray[np.int32]:
        """Return the places of a batch's inputs [rows, length]."""
        rows = self._batches[index]
        pieces = [self.songs[song].places[first : first + n - 1] for song, first, n in rows]
        return np.stack([np.pad(piece, (0, length - len(piece)), constant_values=UNKNOWN) for piece in pieces])

    def _vary(
        self, index: int, inputs: NDArray[np.int32], targets: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the batch as it is; training may change it."""
        return inputs, targets

    def _extra(self, index: int) -> int:
        """Make the first two batches differ in length: Keras takes for fixed what is equal in both."""
        if index != 1:
            return 0
        first, second = map(_length_of, self._batches[:2])
        return _LENGTH_STEP if first == second else 0


class TrainingStretches(_Stretches):
    """The training songs, cut and varied as the configuration says."""

    def __init__(
        self, songs: Sequence[EncodedSong], model: ModelConfig, data: DataConfig, batch_size: int, seed: int
    ) -> None:
        """Prepare epoch 0."""
        super().__init__()
        self.songs, self.data, self.seed = songs, data, seed
        self._longest = model.memory
        self._curriculum = Curriculum(songs, data.curriculum_epochs)
        self._asked = np.array([song.conditions for song in songs], dtype=np.int32)
        sizes = sorted(n for song in range(len(songs)) for _, _, n in self._cut(song, np.random.default_rng(0)))
        self._rows = _rows_per_batch(sizes, batch_size * _CHORDS_PER_STRETCH)
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int) -> None:
        """Draw the batches of an epoch."""
        self.epoch = epoch
        rng = np.random.default_rng([self.seed, epoch])
        drawn = balanced_songs(self.songs, self._curriculum.songs(epoch), self.data.balance, rng)
        pieces = [piece for song in drawn for piece in self._cut(int(song), rng)]
        # Every epoch has the same number of steps: a curriculum's small set is repeated, too many are thinned out.
        room = sum(self._rows)
        kept = np.sort(rng.permutation(len(pieces))[:room]) if len(pieces) > room else range(len(pieces))
        pieces = [pieces[place] for place in kept]
        pieces += [pieces[place] for place in rng.integers(0, len(pieces), room - len(pieces))]
        lengths = np.array([n for _, _, n in pieces]) + rng.uniform(-_LENGTH_JITTER, _LENGTH_JITTER, len(pieces))
        ordered = [pieces[place] for place in np.argsort(lengths)]
        batches = _parted(ordered, self._rows)
        self._batches = [batches[place] for place in rng.permutation(len(batches))]
        self._conditions = [
            hide_conditions(self._asked[[song for song, _, _ in rows]], self.data.condition_dropout, rng)
            for rows in self._batches
        ]

    def _cut(self, song: int, rng: np.random.Generator) -> list[Stretch]:
        """Return a whole song, or as many random stretches as tile a long one; its opening is always there."""
        size, most = len(self.songs[song].tokens), self._longest + 1
        if size <= most:
            return [(song, 0, size)]
        starts = rng.integers(0, size - most + 1, -(-size // most))
        starts[0] = 0
        return [(song, int(start), most) for start in starts]

    def _vary(
        self, index: int, inputs: NDArray[np.int32], targets: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Replace chords by others of the same function, if that is asked for."""
        if not self.data.substitution:
            return inputs, targets
        return substitute(
            inputs, targets, self.data.substitution, np.random.default_rng([self.seed, self.epoch, index])
        )

    def _places(self, index: int, length: int) -> NDArray[np.int32]:
        """Hide the places of some stretches, so that the network can do without them."""
        places = super()._places(index, length)
        rng = np.random.default_rng([self.seed, self.epoch, index, 1])
        return np.where(rng.random((len(places), 1)) < self.data.place_dropout, UNKNOWN, places).astype(np.int32)


class FixedStretches(_Stretches):
    """Whole songs, unchanged: validation."""

    def __init__(self, songs: Sequence[EncodedSong], batch_size: int) -> None:
        """Sort the songs into batches."""
        super().__init__()
        self.songs = songs
        order = sorted(range(len(songs)), key=lambda index: len(songs[index].tokens))
        whole = [(index, 0, len(songs[index].tokens)) for index in order]
        self._batches = _parted(whole, _rows_per_batch([n for _, _, n in whole], batch_size * _CHORDS_PER_STRETCH))
        asked = np.array([song.conditions for song in songs], dtype=np.int32)
        self._conditions = [asked[[song for song, _, _ in rows]] for rows in self._batches]


def _rows_per_batch(sizes: Sequence[int], room: int) -> list[int]:
    """Return how many stretches of rising size go into each batch, until `room` chords are in each.

    A lone batch is parted in two, so that its number of rows is not taken for fixed.
    """
    rows = [0]
    for size in sizes:
        if rows[-1] and (rows[-1] + 1) * _padded(size - 1) > room:
            rows.append(0)
        rows[-1] += 1
    return rows if len(rows) > 1 or rows == [1] else [rows[0] - rows[0] // 2, rows[0] // 2]


def _parted(stretches: Sequence[Stretch], rows: Sequence[int]) -> list[list[Stretch]]:
    """Deal stretches out to batches of so many rows."""
    ends = np.cumsum(rows).tolist()
    return [list(stretches[end - count : end]) for end, count in zip(ends, rows, strict=True)]


def _length_of(rows: Sequence[Stretch]) -> int:
    """Return the padded number of inputs of a batch."""
    return _padded(max(n for _, _, n in rows) - 1)


def _padded(length: int) -> int:
    """Round a length up to one of few, coarser as it grows."""
    step = _LENGTH_STEP * max(1, length // 64)
    return max(2 * _LENGTH_STEP, -(-length // step) * step)
