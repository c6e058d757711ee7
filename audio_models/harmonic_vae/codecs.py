"""What is measured side by side, as encoder and decoder of log-mels.

| codec      | what                                                                                                |
|------------|-----------------------------------------------------------------------------------------------------|
| pca        | principal components of whole training segments, as many as the network has dimensions                  |
| separable  | as many directions of `shared.metrics.separable`                                                        |
| own places | for each segment as many of all directions as serve it best: no code of this size, since it is told for |
|            | nothing which they are. Where this is not far ahead, no choice of directions is                         |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from audio_models.harmonic_vae import latent, run_folder
from audio_models.harmonic_vae.model import HarmonicVae
from shared.errors import InputError
from shared.metrics.pca import PrincipalComponents
from shared.metrics.separable import SeparableComponents


@dataclass(frozen=True)
class Codec:
    """Log-mels [segments, n_mels, frames] to points [segments, latent_dim] and back."""

    encode: Callable[[Tensor], Tensor]
    decode: Callable[[Tensor], Tensor]


def of_network(model: HarmonicVae) -> Codec:
    """Return the network as a codec; a point is the mean of the posterior."""
    return Codec(lambda log_mels: latent.encode(model, log_mels)[0], lambda points: latent.decode(model, points))


def of_components(path: Path, model: HarmonicVae) -> Codec:
    """Return the principal components of a run's training segments as a codec.

    Raises:
        InputError: when the file is missing or of other segments than the network's.
    """
    if not path.is_file():
        raise InputError(f"{path.parent} has no {path.name}; train with --pca_segments, or evaluate with --no-controls")
    pca = PrincipalComponents.load(path)
    size = (model.audio.n_mels, model.audio.frames)
    if pca.components.shape != (model.config.latent_dim, size[0] * size[1]):
        raise InputError(f"{path} is of another network; train again, or evaluate with --no-controls")

    def encode(log_mels: Tensor) -> Tensor:
        return torch.from_numpy(pca.encode(log_mels.flatten(1).numpy()))

    def decode(points: Tensor) -> Tensor:
        return torch.from_numpy(pca.decode(points.numpy())).unflatten(1, size)

    return Codec(encode, decode)


def of_separable(path: Path, model: HarmonicVae) -> dict[str, Codec]:
    """Return the two codecs of a run's separable components.

    Raises:
        InputError: when the file is missing.
    """
    components, count = SeparableComponents.load(path), model.config.latent_dim
    strongest = components.strongest(count)

    def all_of(log_mels: Tensor) -> Tensor:
        return torch.from_numpy(components.coefficients(log_mels.numpy())).flatten(1)

    def back(coefficients: Tensor) -> Tensor:
        return torch.from_numpy(components.segments(coefficients.numpy().reshape(-1, *components.variances.shape)))

    def from_strongest(points: Tensor) -> Tensor:
        coefficients = torch.zeros(len(points), components.variances.size)
        coefficients[:, strongest] = points
        return back(coefficients)

    def largest(log_mels: Tensor) -> Tensor:
        coefficients = all_of(log_mels)
        kept = coefficients.abs().topk(min(count, coefficients.shape[1]), dim=1).indices
        return torch.zeros_like(coefficients).scatter(1, kept, coefficients.gather(1, kept))

    return {
        "separable": Codec(lambda log_mels: all_of(log_mels)[:, strongest], from_strongest),
        "own places": Codec(largest, back),
    }


def all_codecs(folder: Path, model: HarmonicVae, *, controls: bool) -> dict[str, Codec]:
    """Return the network, and with `controls` what stands beside it, by name."""
    if not controls:
        return {"HarmonicVAE": of_network(model)}
    pca = of_components(folder / run_folder.PCA_FILE, model)
    return {"HarmonicVAE": of_network(model), "pca": pca, **of_separable(folder / run_folder.SEPARABLE_FILE, model)}
