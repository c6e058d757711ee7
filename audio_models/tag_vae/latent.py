"""Is the latent space alive? Active units and KL divergence, as VAEs are to report them.

A dimension is active where its mean differs from clip to clip by more than a hundredth (variance of mu over the
clips; Burda et al. 2016). A latent space without active dimensions says nothing of a clip: the decoder has learned to
do without it, which is no result but an error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from audio_models.tag_vae.loss import kl_divergence
from audio_models.tag_vae.model import TagVae
from shared.errors import ConsortError

ACTIVE_VARIANCE = 0.01
# What a network must keep: a nat of information about a clip, and three of four dimensions.
LEAST_KL, LEAST_ACTIVE = 1.0, 0.75


@dataclass(frozen=True)
class LatentHealth:
    """What the latent space knows of clips."""

    active_units: int
    latent_dim: int
    kl: float  # nats per clip

    @property
    def is_collapsed(self) -> bool:
        """Tell whether too little is left."""
        return self.kl < LEAST_KL or self.active_units < LEAST_ACTIVE * self.latent_dim

    def require_alive(self) -> None:
        """Stop where the latent space is dead.

        Raises:
            ConsortError: saying what to change.
        """
        if self.is_collapsed:
            raise ConsortError(
                f"the latent space collapsed: {self.active_units} of {self.latent_dim} units are active and the KL is "
                f"{self.kl:.2f} nats per clip; lower --beta or --kld-weight, raise --free-bits to 0.1 or "
                "more, or let the KL rise for longer with --anneal-share"
            )


def means_of(model: TagVae, tags: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the latent space for each clip, [clips, latent_dim]."""
    with torch.no_grad():
        return np.asarray(model.encode(torch.from_numpy(tags))[0].numpy(), dtype=np.float32)


def health(model: TagVae, tags: NDArray[np.float32]) -> LatentHealth:
    """Measure on clips [clips, concepts]; the network is in use, not in training."""
    with torch.no_grad():
        mu, log_var = model.encode(torch.from_numpy(tags))
        active = int((mu.var(dim=0) > ACTIVE_VARIANCE).sum())
        return LatentHealth(active, mu.shape[1], float(kl_divergence(mu, log_var).sum(dim=1).mean()))


def scores_of(model: TagVae, known: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how well each concept goes with the known ones, [clips, concepts]: the decoder's logits."""
    with torch.no_grad():
        logits = model.decode(model.encode(torch.from_numpy(np.asarray(known, dtype=np.float32)))[0])
    return np.asarray(logits.numpy(), dtype=np.float64)
