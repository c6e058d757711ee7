"""Cosines over time times components over bands: a linear control for spectrograms that learns few numbers.

Every band is turned into cosines over time (DCT-II), and at every cosine the bands into their own principal components
(an adaptive Karhunen-Loeve transform in one direction, a fixed one in the other, as in Jain 1989, "Fundamentals of
digital image processing", chapter 5). From little data its strongest directions hold for other recordings better than
principal components of whole segments do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from shared.errors import InputError
from shared.files import atomic_path

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SeparableComponents:
    """An orthonormal transform of segments [bands, frames], and how much varies along each of its directions.

    Attributes:
        mean: [bands, frames], what is taken away first.
        components: [frames, bands, bands], for each cosine its components in columns.
        variances: [frames, bands], of the coefficients.
    """

    mean: Floats
    components: Floats
    variances: Floats

    @classmethod
    def fit(cls, segments: Floats) -> SeparableComponents:
        """Fit to segments [segments, bands, frames].

        Raises:
            InputError: when there are fewer than two.
        """
        if len(segments) < 2:
            raise InputError(f"components need two segments or more, not {len(segments)}")
        mean = segments.mean(axis=0)
        # One cosine at a time in double precision, which of all at once would be gigabytes.
        parts = (part.astype(np.float64) for part in _by_cosine(segments - mean))
        covariances = np.stack([part.T @ part for part in parts]) / (len(segments) - 1)
        variances, components = np.linalg.eigh(covariances)
        return cls(mean, components.astype(np.float32), np.maximum(variances, 0).astype(np.float32))

    def coefficients(self, segments: Floats) -> Floats:
        """Return the coefficients [segments, frames, bands] of segments [segments, bands, frames]."""
        return np.moveaxis(_by_cosine(segments - self.mean) @ self.components, 0, 1)

    def segments(self, coefficients: Floats) -> Floats:
        """Return the segments of coefficients: the inverse."""
        moving = np.moveaxis(coefficients, 1, 0) @ self.components.swapaxes(1, 2)
        return np.asarray(scipy.fft.idct(np.moveaxis(moving, 0, 2), norm="ortho") + self.mean, dtype=np.float32)

    def strongest(self, count: int) -> NDArray[np.int64]:
        """Return the places, in flattened coefficients, of the `count` directions along which most varies."""
        return np.argsort(-self.variances, axis=None, kind="stable")[:count]

    def directions(self, places: NDArray[np.int64]) -> Floats:
        """Return the directions of places as segments [places, bands, frames]."""
        chosen = np.zeros((len(places), self.variances.size), np.float32)
        chosen[np.arange(len(places)), places] = 1
        return self.segments(chosen.reshape(-1, *self.variances.shape)) - self.mean

    def save(self, path: Path) -> None:
        """Write all as .npz, the components in half precision."""
        with atomic_path(path) as aside:
            np.savez(
                aside, mean=self.mean, components=self.components.astype(np.float16), variances=self.variances
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> SeparableComponents:
        """Read what `save` wrote.

        Raises:
            InputError: when the file is missing or of another kind.
        """
        try:
            with np.load(path, allow_pickle=False) as content:
                return cls(*(content[name].astype(np.float32) for name in ("mean", "components", "variances")))
        except (OSError, KeyError, ValueError) as error:
            raise InputError(
                f"{path} holds no separable components; train again, or evaluate with --no-controls"
            ) from error


def _by_cosine(centred: Floats) -> Floats:
    """Return the cosines over time of segments [segments, bands, frames], as [frames, segments, bands]."""
    return np.moveaxis(scipy.fft.dct(centred, norm="ortho"), 2, 0)
