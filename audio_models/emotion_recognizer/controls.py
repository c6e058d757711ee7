"""What a sceptic would try first, fitted on the same training examples: ridge regression and the mean."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.emotion_recognizer.examples import Example, features_of
from shared.errors import InputError
from shared.files import atomic_path
from shared.metrics.emotion import Ridge, held_out
from shared.music.emotion_nets import point_embedding
from shared.music.emotion_point import DIMENSIONS

STRENGTHS = (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)


@dataclass(frozen=True, eq=False)
class Controls:
    """A ridge regression of the point on the features; its offset is the mean predictor."""

    ridge: Ridge

    def points(self, features: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Return the points [n, 4], each dimension -1..1, that each control tells of features [n, 128]."""
        told = np.clip(self.ridge.predict(features.astype(np.float64)), -1, 1)
        return {"ridge": told, "mean": np.broadcast_to(self.ridge.offset, told.shape)}

    def save(self, path: Path) -> None:
        """Write the numbers."""
        with atomic_path(path) as aside, aside.open("wb") as stream:
            np.savez(stream, **asdict(self.ridge))

    @classmethod
    def load(cls, path: Path) -> Controls:
        """Read what `save` wrote.

        Raises:
            InputError: when the file is missing or damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(Ridge(**{name: stored[name] for name in ("mean", "spread", "weights", "offset")}))
        except (OSError, KeyError, ValueError) as error:
            raise InputError(f"cannot read the controls {path}: {error}; train again") from error


def points_of(examples: list[Example]) -> NDArray[np.float64]:
    """Return the points [n, 4] of examples, each dimension -1..1."""
    return np.array([point_embedding(example.point)[: len(DIMENSIONS)] for example in examples], dtype=np.float64)


def fit_controls(examples: list[Example]) -> Controls:
    """Fit the controls on training examples, with the strength that tells most of groups kept out."""
    groups = [example.group for example in examples]
    features, points = features_of(examples).astype(np.float64), points_of(examples)
    strength = STRENGTHS[0]
    if len(set(groups)) > 1:
        errors = {s: float(np.square(held_out(features, points, groups, strength=s) - points).sum()) for s in STRENGTHS}
        strength = min(errors, key=errors.__getitem__)
    return Controls(Ridge.fit(features, points, strength))
