"""What is measured side by side: the network and principal components, as encoder and decoder of log-mels."""

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


def all_codecs(folder: Path, model: HarmonicVae, *, controls: bool) -> dict[str, Codec]:
    """Return the network, and with `controls` what stands beside it, by name."""
    beside = {"pca": of_components(folder / run_folder.CONTROLS_FILE, model)} if controls else {}
    return {"HarmonicVAE": of_network(model), **beside}
