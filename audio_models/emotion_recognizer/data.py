"""The prepared examples as training pairs: standardised features with noise, mixed two by two.

Mixing a share l of one example with 1 - l of another (Zhang et al. 2018) mixes what the loss asks as well: where one
has a point and the other only signs, each part of the loss weighs as its examples do. Everything random comes from
(seed, epoch, index), so that an interrupted run goes on with the same examples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from audio_models.emotion_recognizer.config import DataConfig
from audio_models.emotion_recognizer.examples import SIGNS, Example, features_of, read_splits
from shared.errors import InputError
from shared.music.emotion_nets import point_embedding
from shared.music.emotion_point import DIMENSIONS
from shared.splits import Splits

# How much each dimension of the point counts: dominance and intensity are mostly estimated, not heard.
POINT_WEIGHTS = (0.5, 0.5, 0.1, 0.1)
Pair = tuple[Tensor, dict[str, Tensor]]
Floats = NDArray[np.float32]


def load_splits(config: DataConfig) -> Splits[Example]:
    """Return the examples that `prepare` wrote.

    Raises:
        InputError: when there are none, or none to train on or to validate with.
    """
    splits = read_splits(config.folder)
    for part, examples in splits.parts().items():
        if not examples and part != "test":
            raise InputError(f"{config.folder} holds no {part} examples; prepare it again with more songs")
    return splits


@dataclass(frozen=True, eq=False)
class Targets:
    """What is asked of examples, each a value and what it weighs: points [n, 4, 2], signs [n, 2, 2]."""

    points: Floats
    signs: Floats

    @classmethod
    def of(cls, examples: list[Example]) -> Targets:
        """Return the targets of examples."""
        points = np.stack([point_embedding(example.point)[: len(DIMENSIONS)] for example in examples])
        signs = (points[:, :2] > 0).astype(np.float32)
        has_signs_only = np.array([[example.known == SIGNS] for example in examples])
        weights = np.where(has_signs_only, 0, POINT_WEIGHTS).astype(np.float32)
        sign_weights = np.broadcast_to(has_signs_only, signs.shape).astype(np.float32)
        return cls(np.stack([points, weights], axis=2), np.stack([signs, sign_weights], axis=2))

    def mixed(self, one: int, other: int, share: float) -> dict[str, Floats]:
        """Return the targets of `share` of one example and the rest of another, by the name of the output."""
        return {
            "embedding": _mixed(self.points[one], self.points[other], share),
            "signs": _mixed(self.signs[one], self.signs[other], share),
        }


def _mixed(one: Floats, other: Floats, share: float) -> Floats:
    """Return values and weights [n, 2] of a mixture.

    Squared errors (and cross-entropies) to two targets are, but for a constant, that to their weighted mean.
    """
    mine, theirs = share * one[:, 1], (1 - share) * other[:, 1]
    total = mine + theirs
    mean = (mine * one[:, 0] + theirs * other[:, 0]) / np.where(total > 0, total, 1)
    return np.stack([np.where(total > 0, mean, one[:, 0]), total], axis=1).astype(np.float32)


class Pairs(Dataset[Pair]):
    """(standardised features [128], targets); those of training are drawn anew each epoch."""

    def __init__(
        self, examples: list[Example], standard: Floats, config: DataConfig, seed: int, *, training: bool
    ) -> None:
        """Take the examples, and their features [n, 128] as the network standardises them."""
        self._standard, self._targets = standard, Targets.of(examples)
        self._config, self._seed, self._training = config, seed, training
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch, from 0."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self._standard)

    def __getitem__(self, index: int) -> Pair:
        """Return a pair."""
        rng = np.random.default_rng([self._seed, self._epoch, index])
        other, share = index, 1.0
        if self._training and self._config.mix:
            other, share = int(rng.integers(len(self))), float(rng.random())
        clean = (share * self._standard[index] + (1 - share) * self._standard[other]).astype(np.float32)
        noise = self._config.noise * rng.standard_normal(len(clean)) if self._training else 0.0
        targets = {**self._targets.mixed(index, other, share), "features": clean}
        heard = (clean + noise).astype(np.float32)
        return torch.from_numpy(heard), {name: torch.from_numpy(values) for name, values in targets.items()}


def feature_tensor(examples: list[Example]) -> Tensor:
    """Return the features of examples [n, 128] in their units."""
    return torch.from_numpy(features_of(examples))
