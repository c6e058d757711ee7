"""Melodies in batches for the sequence net: stretches of events for training, whole songs for scoring."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import keras
import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.batches import with_noise
from sequence_models.midi_models.config import DataConfig
from sequence_models.midi_models.event_tensors import (
    COMING,
    DURATION,
    DURATIONS,
    EMOTION,
    PITCH,
    PITCHES,
    Arrays,
    padded,
    song_inputs,
    song_targets,
)
from sequence_models.midi_models.sheet_samples import EventSong
from shared.music.melody_events import NOTHING_YET

STRETCH = 96  # events
_SHORTEST = 8

Pair = tuple[NDArray[np.generic], NDArray[np.generic]]
Batch = tuple[Arrays, Pair, Pair]  # inputs, then for durations and pitches the targets and their weights


class _Stretches(keras.utils.PyDataset):
    """Stretches (song, first event, end) in batches."""

    _batches: Sequence[Sequence[tuple[int, int, int]]]

    def __init__(self, songs: Sequence[EventSong]) -> None:
        """Encode the songs."""
        super().__init__(workers=1)
        self._inputs = [song_inputs(song) for song in songs]
        self._targets = [song_targets(song) for song in songs]
        self._lengths = [len(song.events) for song in songs]

    def __len__(self) -> int:
        """Return the number of batches."""
        return len(self._batches)

    def __getitem__(self, index: int) -> Batch:
        """Return inputs, targets and weights; padding weighs nothing."""
        rows = self._batches[index]
        inputs = padded([_cut(self._inputs[song], first, end) for song, first, end in rows], STRETCH)
        targets = padded([_cut(self._targets[song], first, end) for song, first, end in rows], STRETCH)
        known = np.stack([np.arange(STRETCH) < end - first for _, first, end in rows]).astype(np.float32)
        return self._varied(inputs, index), (targets[DURATIONS], targets[PITCHES]), (known, known)

    def _varied(self, inputs: Arrays, index: int) -> Arrays:
        """Return the batch as it is; training varies it."""
        return inputs


def _cut(arrays: Arrays, first: int, end: int) -> Arrays:
    """Return a stretch; where it begins, nothing has sounded yet."""
    piece = {name: values[first:end].copy() for name, values in arrays.items()}
    if PITCH in piece:
        piece[PITCH][0], piece[DURATION][0] = NOTHING_YET, 0
    return piece


class TrainingStretches(_Stretches):
    """Songs cut into stretches of 96 events, elsewhere in each epoch."""

    def __init__(self, songs: Sequence[EventSong], data: DataConfig, batch_size: int, seed: int) -> None:
        """Prepare epoch 0."""
        super().__init__(songs)
        self._data, self._seed = data, seed
        self._n_rows = sum(-(-length // STRETCH) for length in self._lengths)
        self._size = min(batch_size, self._n_rows)
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int) -> None:
        """Draw the stretches of an epoch; each epoch has as many."""
        self._epoch = epoch
        rng = np.random.default_rng([self._seed, epoch])
        rows = [row for song, length in enumerate(self._lengths) for row in _stretches(song, length, rng)]
        order = rng.permutation(len(rows))[: self._n_rows]
        whole = self._n_rows // self._size
        self._batches = [[rows[i] for i in order[n * self._size : (n + 1) * self._size]] for n in range(whole)]

    def _varied(self, inputs: Arrays, index: int) -> Arrays:
        """Hide the coming duration of some events, and put noise where embeddings mean nothing here."""
        rng = np.random.default_rng([self._seed, self._epoch, index])
        hidden = rng.random(inputs[COMING].shape) < self._data.duration_dropout
        embeddings = with_noise(np.asarray(inputs[EMOTION][:, 0], np.float32), self._data.learned_noise, rng)
        return {
            **inputs,
            COMING: np.where(hidden, 0, inputs[COMING]),
            EMOTION: np.repeat(embeddings[:, None], inputs[EMOTION].shape[1], axis=1),
        }


def _stretches(song: int, length: int, rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Cut a song; the first stretch has a random length, so that the cuts lie elsewhere each time."""
    cuts = [0, *range(int(rng.integers(_SHORTEST, STRETCH + 1)), length, STRETCH), length]
    return [(song, first, end) for first, end in pairwise(cuts) if end - first > 1]


class FixedStretches(_Stretches):
    """Songs cut every 96 events, for validation."""

    def __init__(self, songs: Sequence[EventSong], batch_size: int) -> None:
        """Cut the songs."""
        super().__init__(songs)
        rows = [
            (song, first, min(first + STRETCH, length))
            for song, length in enumerate(self._lengths)
            for first in range(0, length, STRETCH)
        ]
        self._batches = [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]
