"""The network in use: what it makes of segments, always so many at once, and whether its latent space is alive.

A matrix product over eight rows may add in another order than one over a single row, and so have other bits. So the
network always answers to the same number of segments, with silence where there are fewer: then the answer for a segment
is the same to the bit whatever stands beside it, and the weights are read once for many.

A dimension is active where its mean differs from segment to segment by more than a hundredth (variance of mu over the
segments; Burda et al. 2016). A latent space without active dimensions says nothing of a segment: the decoder has
learned to do without it, which is no result but an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from audio_models.harmonic_vae.loss import kl_divergence
from audio_models.harmonic_vae.model import HarmonicVae
from shared.errors import ConsortError

ACTIVE_VARIANCE = 0.01
# Below these a latent space has collapsed: a nat of information about a segment, one of ten dimensions.
LEAST_KL, LEAST_ACTIVE = 1.0, 0.1
# A latent space may be late in coming to life, and a beta that rises needs a while to press.
_JUDGED_EPOCHS, _JUDGED_SHARE = 5, 0.25


TOGETHER = 32


@torch.no_grad()
def hear(model: HarmonicVae, waveforms: Tensor) -> Tensor:
    """Return log-mels [segments, n_mels, frames] of waveforms [segments, samples]."""
    return torch.cat([model.hear(waveform[None]) for waveform in waveforms])


@torch.no_grad()
def encode(model: HarmonicVae, log_mels: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and log-variance, each [segments, latent_dim], of log-mels [segments, n_mels, frames]."""
    mu, log_var = zip(*(model.encode(chunk) for chunk in _chunks(log_mels)), strict=True)
    return torch.cat(mu)[: len(log_mels)], torch.cat(log_var)[: len(log_mels)]


@torch.no_grad()
def decode(model: HarmonicVae, z: Tensor) -> Tensor:
    """Return log-mels [segments, n_mels, frames] of points [segments, latent_dim]."""
    return torch.cat([model.decode(chunk) for chunk in _chunks(z)])[: len(z)]


def _chunks(rows: Tensor) -> Iterator[Tensor]:
    """Yield `TOGETHER` rows at a time, the last ones being zeros where rows run out."""
    for start in range(0, len(rows), TOGETHER):
        chunk = rows[start : start + TOGETHER]
        if len(chunk) < TOGETHER:
            chunk = torch.cat([chunk, chunk.new_zeros(TOGETHER - len(chunk), *chunk.shape[1:])])
        yield chunk


@dataclass(frozen=True)
class LatentHealth:
    """What the latent space knows of segments."""

    active_units: int
    latent_dim: int
    kl: float  # nats per segment

    @classmethod
    def of(cls, mu: Tensor, log_var: Tensor) -> LatentHealth:
        """Measure on segments [segments, latent_dim]."""
        active = int((mu.var(dim=0) > ACTIVE_VARIANCE).sum()) if len(mu) > 1 else 0
        return cls(active, mu.shape[1], float(kl_divergence(mu, log_var).sum(dim=1).mean()))

    @property
    def active_share(self) -> float:
        """Active dimensions of all, 0 to 1."""
        return self.active_units / self.latent_dim

    @property
    def is_collapsed(self) -> bool:
        """Tell whether too little is left."""
        return self.kl < LEAST_KL or self.active_share < LEAST_ACTIVE

    def require_alive(self) -> None:
        """Stop where the latent space is dead.

        Raises:
            ConsortError: saying what to change.
        """
        if self.is_collapsed:
            raise ConsortError(
                f"the latent space collapsed: {self.active_units} of {self.latent_dim} units are active and the KL is "
                f"{self.kl:.2f} nats per segment, so the decoder ignores what it is given; lower --beta_end, let beta "
                "rise for longer with --beta_steps, or raise --free_bits"
            )


def may_judge(epoch: int, epochs: int) -> bool:
    """Tell whether a latent space that is dead after so many epochs is likely to stay so."""
    return epoch >= max(_JUDGED_EPOCHS, _JUDGED_SHARE * epochs)


def sparsity(mu: Tensor) -> float:
    """Return Hoyer's sparsity of points [segments, latent_dim], mean over segments: 0 = all alike, 1 = only one.

    Hoyer 2004, J. Machine Learning Research 5, 1457-1469, section 3.1.
    """
    root = mu.shape[1] ** 0.5
    if root == 1:
        return 0.0
    ratio = mu.abs().sum(dim=1) / mu.norm(dim=1).clamp(min=1e-12)
    return float(((root - ratio) / (root - 1)).mean())
