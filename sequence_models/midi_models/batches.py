"""Samples in batches: drawn anew each epoch for training, fixed for validation.

Everything random comes from (seed, epoch), so that the same seed trains the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.config import DataConfig
from sequence_models.midi_models.samples import Sample, stacked
from sequence_models.midi_models.tasks import HARMONY, MELODY, Task
from sequence_models.midi_models.transposition import transposed
from shared.music.emotion_nets import EMBEDDING
from shared.music.emotion_point import DIMENSIONS

Vectors = NDArray[np.float32]


class TrainingSamples(keras.utils.PyDataset):
    """The training samples of a dense net in a new order each epoch, varied as the configuration says."""

    def __init__(self, samples: Sequence[Sample], task: Task, data: DataConfig, batch_size: int, seed: int) -> None:
        """Prepare epoch 0."""
        super().__init__(workers=1)
        self._given, self._wanted = stacked(samples)
        self._task, self._data, self._seed = task, data, seed
        self._size = min(batch_size, len(samples))
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int) -> None:
        """Draw order and variations of an epoch."""
        rng = np.random.default_rng([self._seed, epoch])
        order = rng.permutation(len(self._given))
        inputs, targets = self._given[order], self._wanted[order]
        if self._task.name == HARMONY and self._data.transpose:
            inputs, targets = transposed(inputs, targets, rng.integers(0, 12, len(order)))
        if self._task.name in (MELODY, HARMONY):
            inputs = with_noise(inputs, self._data.learned_noise, rng)
        self._inputs, self._targets = inputs, targets

    def __len__(self) -> int:
        """Return the number of batches; batch norm wants them whole."""
        return len(self._given) // self._size

    def __getitem__(self, index: int) -> tuple[Vectors, Vectors]:
        """Return a batch of inputs and targets."""
        rows = slice(index * self._size, (index + 1) * self._size)
        return self._inputs[rows], self._targets[rows]


def with_noise(inputs: Vectors, share: float, rng: np.random.Generator) -> Vectors:
    """Return inputs of which a share has noise in the dimensions that the recognizer learns.

    No label says what they mean here, so that a net must do without them: left at 0 throughout, their weights would
    stay as they were drawn, and an embedding heard in a recording would play them.
    """
    noisy = inputs.copy()
    chosen = np.flatnonzero(rng.random(len(inputs)) < share)
    first, end = len(DIMENSIONS), len(EMBEDDING)
    noisy[chosen, first:end] = rng.uniform(-1, 1, (len(chosen), end - first))
    return noisy
