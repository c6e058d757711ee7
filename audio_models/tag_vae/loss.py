"""The loss: bce_weight x reconstruction + kld_weight x beta x KL, both in nats per clip.

The reconstruction is summed over the concepts and the KL divergence over the latent dimensions, as the evidence lower
bound has them; only then is the mean taken over the batch. A mean over concepts makes the reconstruction hundreds of
times smaller beside the same KL, and every latent dimension falls asleep.

`completion` turns a share of the reconstruction into the question that the model is asked in use: of the tags that the
encoder did not hear, which does the clip have?

beta keeps its meaning at every size: the KL is weighed by beta x latent_dim / concepts, which is how Higgins et al.
2017 (section 4.2) compare networks of several sizes. beta 4 with 64 dimensions and 382 concepts is then a weight of
0.67, and beta 10 one of 1.68, more than the lower bound itself has. Free bits (Kingma et al. 2016) let each dimension
keep some nats that no pressure takes away, so that a high beta prunes a latent space and does not kill it.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from audio_models.tag_vae.config import LossConfig
from audio_models.tag_vae.model import Output

# The logit of a concept that is out of question.
_NEVER = -1e9


class Losses(NamedTuple):
    """Scalars in nats per clip; `kl` is the whole divergence, free bits included."""

    total: Tensor
    reconstruction: Tensor
    kl: Tensor


def reconstruction(logits: Tensor, tags: Tensor, likelihood: str, heard: Tensor | None = None) -> Tensor:
    """Return how badly each clip is described, [batch].

    Args:
        logits: of the concepts, [batch, concepts].
        tags: 0 or 1, [batch, concepts].
        likelihood: `multinomial` counts -log softmax of each tag (Liang et al. 2018), `bce` and `mse` each concept.
        heard: concepts that are not asked for, because the encoder was given them, [batch, concepts]; None = none.
    """
    asked = torch.ones_like(tags) if heard is None else 1 - heard
    if likelihood == "multinomial":
        among = F.log_softmax(logits.masked_fill(asked == 0, _NEVER), dim=-1)
        return -(among * tags * asked).sum(dim=-1)
    if likelihood == "bce":
        each = F.binary_cross_entropy_with_logits(logits, tags, reduction="none")
    else:
        each = (logits.sigmoid() - tags).square()
    return (each * asked).sum(dim=-1)


def kl_divergence(mu: Tensor, log_var: Tensor) -> Tensor:
    """Return the divergence from the standard normal distribution, [batch, latent_dim] (Kingma & Welling 2014, B)."""
    return 0.5 * (mu.square() + log_var.exp() - 1 - log_var)


def kl_weight(config: LossConfig, beta: float, latent_dim: int, concepts: int, progress: float = 1.0) -> float:
    """Return the weight of the KL divergence.

    Args:
        config: its weight and how it rises.
        beta: the pressure towards the prior.
        latent_dim: width of the latent space.
        concepts: width of the input.
        progress: how much of the training is over, 0 to 1.
    """
    risen = min(1.0, progress / config.anneal_share) if config.anneal_share else 1.0
    return config.kld_weight * beta * latent_dim / concepts * risen


def losses(output: Output, tags: Tensor, config: LossConfig, beta: float, progress: float = 1.0) -> Losses:
    """Return the loss of a batch and its parts."""
    described = reconstruction(output.logits, tags, config.likelihood).mean()
    if config.completion and bool((output.heard != tags).any()):  # in use, nothing is hidden
        hidden = reconstruction(output.logits, tags, config.likelihood, output.heard).mean()
        described = (1 - config.completion) * described + config.completion * hidden
    by_dimension = kl_divergence(output.mu, output.log_var).mean(dim=0)
    pressed = torch.clamp(by_dimension, min=config.free_bits).sum()
    weight = kl_weight(config, beta, output.mu.shape[-1], tags.shape[-1], progress)
    return Losses(config.bce_weight * described + weight * pressed, described, by_dimension.sum())
