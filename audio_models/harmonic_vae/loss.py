"""The loss: reconstruction + beta x KL, both per mel bin, so that beta has a meaning of its own.

The reconstruction is the mean over all bins of a segment; the KL divergence is summed over the latent dimensions, as
the evidence lower bound has it, and divided by the number of bins. Then the loss is the negative bound of a VAE (times
beta / bins) whose bins are Laplace-distributed with the scale beta around the decoder's answer (`l1`), or normally
with the variance beta / 2 (`mse`): beta 0.01 is a noise of 0.8 dB, and a beta that rises over the training
(`beta_steps`) lets the decoder learn before the latent space is pressed. A KL that is averaged over dimensions instead
presses a hundred times harder on 128 dimensions and 16,640 bins, and they fall asleep.

Free bits (Kingma et al. 2016, section 3.2) let each dimension keep some nats that no pressure takes away; the cyclical
schedule is that of Fu et al. 2019.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from audio_models.harmonic_vae.network_config import LossConfig


class Output(NamedTuple):
    """What the network says of a batch."""

    log_mel: Tensor  # [batch, n_mels, frames], 0..1: what was heard
    reconstruction: Tensor  # [batch, n_mels, frames]
    mu: Tensor  # [batch, latent_dim]
    log_var: Tensor  # [batch, latent_dim]


def distance(reconstruction: Tensor, log_mel: Tensor, kind: str) -> Tensor:
    """Return the mean distance of each segment's bins, [batch]: absolute (`l1`) or squared (`mse`)."""
    difference = (reconstruction.float() - log_mel).flatten(1)
    return difference.abs().mean(dim=1) if kind == "l1" else difference.square().mean(dim=1)


def kl_divergence(mu: Tensor, log_var: Tensor) -> Tensor:
    """Return the divergence from the standard normal distribution, [batch, latent_dim] (Kingma & Welling 2014, B)."""
    mu, log_var = mu.float(), log_var.float()
    return 0.5 * (mu.square() + log_var.exp() - 1 - log_var)


def beta_at(step: int, config: LossConfig) -> float:
    """Return the weight of the KL divergence after so many steps."""
    start, end, steps = config.beta_start, config.beta_end, config.beta_steps
    if step >= steps:
        return end
    risen = step / steps
    if config.beta_schedule == "cyclical":
        within = risen * config.beta_cycles % 1.0
        risen = min(1.0, 2 * within)
    return start + (end - start) * risen


class VaeLoss(nn.Module):
    """Losses of a batch; in training beta is that of the step, in validation always the last one.

    So validation losses of different epochs can be compared, and the best epoch is not simply the first.
    """

    def __init__(self, config: LossConfig, bins: int) -> None:
        """Take the number of bins of a segment."""
        super().__init__()
        self.config, self.bins, self.step = config, bins, 0

    def set_step(self, step: int) -> None:
        """Take how many steps the optimizer has taken."""
        self.step = step

    @property
    def beta(self) -> float:
        """The weight that holds now."""
        return beta_at(self.step, self.config) if self.training else self.config.beta_end

    def forward(self, output: Output, targets: object) -> dict[str, Tensor]:
        """Return `total_loss` and its two parts, as they are added up."""
        reconstruction = distance(output.reconstruction, output.log_mel, self.config.reconstruction).mean()
        by_dimension = kl_divergence(output.mu, output.log_var).mean(dim=0)
        pressed = torch.clamp(by_dimension, min=self.config.free_bits).sum()
        kl = self.beta * pressed / self.bins
        return {"total_loss": reconstruction + kl, "reconstruction_loss": reconstruction, "kl_loss": kl}

    def measures(self, output: Output, targets: object) -> dict[str, tuple[float, float]]:
        """Return what validation counts: the parts of the loss, and the whole KL in nats."""
        losses, n = self(output, targets), float(len(output.mu))
        nats = float(kl_divergence(output.mu, output.log_var).sum())
        parts = {"recon": losses["reconstruction_loss"], "kl": losses["kl_loss"]}
        return {name: (float(value) * n, n) for name, value in parts.items()} | {"kl_nats": (nats, n)}
