"""Principal components as a codec: the linear control beside which an autoencoder of equal size must stand.

Fitted in float64. With fewer rows than columns the components follow from the matrix of inner products [rows, rows],
which has the same eigenvalues as the covariance (Turk & Pentland 1991, "eigenfaces").
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.files import atomic_path

_TOGETHER = 2048  # columns that are taken to float64 at once


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Mean [columns] and orthonormal components [latent, columns], the strongest first, of so many training rows."""

    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    rows: int

    @classmethod
    def fit(cls, rows: NDArray[np.float32], latent: int) -> PrincipalComponents:
        """Fit `latent` components to rows [rows, columns].

        Raises:
            InputError: when there are not more rows than components.
        """
        if len(rows) <= latent:
            raise InputError(f"{latent} principal components need more than {latent} segments, not {len(rows)}")
        mean = rows.mean(axis=0, dtype=np.float64)
        gram = np.zeros((len(rows), len(rows)))
        for start in range(0, rows.shape[1], _TOGETHER):
            centred = rows[:, start : start + _TOGETHER] - mean[start : start + _TOGETHER]
            gram += centred @ centred.T
        values, vectors = np.linalg.eigh(gram)
        strongest = vectors[:, ::-1][:, :latent] / np.sqrt(np.maximum(values[::-1][:latent], 1e-12))
        components = np.empty((latent, rows.shape[1]), dtype=np.float32)
        for start in range(0, rows.shape[1], _TOGETHER):
            stop = start + _TOGETHER
            components[:, start:stop] = strongest.T @ (rows[:, start:stop] - mean[start:stop])
        return cls(mean.astype(np.float32), components, len(rows))

    def encode(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the coordinates [rows, latent] of rows [rows, columns]."""
        return np.asarray((rows - self.mean) @ self.components.T)

    def decode(self, coordinates: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return rows [rows, columns] of coordinates [rows, latent]."""
        return np.asarray(coordinates @ self.components + self.mean)

    def save(self, path: Path) -> None:
        """Write the components as .npz, in half precision: a ten-thousandth of what they leave unexplained."""
        with atomic_path(path) as aside:
            np.savez(
                aside, mean=self.mean, components=self.components.astype(np.float16), rows=np.array(self.rows)
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> PrincipalComponents:
        """Read what `save` wrote.

        Raises:
            InputError: when the file is missing or of another kind.
        """
        try:
            with np.load(path, allow_pickle=False) as content:
                components = content["components"].astype(np.float32)
                return cls(content["mean"].astype(np.float32), components, int(content["rows"]))
        except (OSError, KeyError, ValueError) as error:
            raise InputError(
                f"{path} holds no principal components; train again, or evaluate with --no-controls"
            ) from error
