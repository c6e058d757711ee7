"""The network: tags in, tags out, through a small Gaussian latent space (Kingma & Welling 2014; Liang et al. 2018).

    tags [batch, concepts]        0 or 1
        scaled to unit length     a clip with many tags is no louder than one with few
        Linear, ReLU              [batch, hidden_dim]
        two heads, Linear         mu, log_var [batch, latent_dim]
    z = mu + exp(log_var / 2) * noise
        Linear, ReLU              [batch, hidden_dim]
        Linear                    logits [batch, concepts]

Examples:
    python -m audio_models.tag_vae.model
    python -m audio_models.tag_vae.model model=large --concepts 100
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from audio_models.tag_vae.config import ModelConfig
from shared.cli import entry_point, option

# exp(log_var) stays a number whatever a wild step does.
_LOG_VAR = 10.0


class Output(NamedTuple):
    """What the network says of a batch."""

    logits: Tensor  # [batch, concepts]
    heard: Tensor  # [batch, concepts]: the tags that the encoder was given
    mu: Tensor  # [batch, latent_dim]
    log_var: Tensor  # [batch, latent_dim]


class TagVae(nn.Module):
    """The variational autoencoder of tag vectors [batch, concepts]."""

    def __init__(self, config: ModelConfig, concepts: int) -> None:
        """Build encoder and decoder for as many concepts."""
        super().__init__()
        self.config, self.concepts = config, concepts
        self.encoder = _hidden(concepts, config)
        self.to_mu = nn.Linear(config.hidden_dim, config.latent_dim)
        self.to_log_var = nn.Linear(config.hidden_dim, config.latent_dim)
        self.decoder = _hidden(config.latent_dim, config)
        self.to_logits = nn.Linear(config.hidden_dim, concepts)

    def encode(self, tags: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the latent space, each [batch, latent_dim]."""
        # To unit length times sqrt(concepts per clip, some 9): as large as a raw vector on average.
        hidden = self.encoder(3.0 * F.normalize(tags, dim=-1))
        return self.to_mu(hidden), self.to_log_var(hidden).clamp(-_LOG_VAR, _LOG_VAR)

    def decode(self, z: Tensor) -> Tensor:
        """Return logits [batch, concepts] of points of the latent space [batch, latent_dim]."""
        logits: Tensor = self.to_logits(self.decoder(z))
        return logits

    def forward(self, tags: Tensor) -> Output:
        """Return logits, and what the KL divergence is taken of.

        In training some tags are hidden and z is drawn; otherwise every tag is heard and z is the mean.
        """
        heard = self.hidden_in_part(tags) if self.training else tags
        mu, log_var = self.encode(heard)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu) if self.training else mu
        return Output(self.decode(z), heard, mu, log_var)

    def hidden_in_part(self, tags: Tensor) -> Tensor:
        """Hide tags from the encoder: of each clip a share of its own, `dropout_p` on average.

        A completion is asked of clips of which a fifth is missing, and of clips of which half is.
        """
        p = self.config.dropout_p
        spread = min(p, 1 - p)
        share = p + spread * (2 * torch.rand(len(tags), 1, device=tags.device) - 1)
        return tags * (torch.rand_like(tags) >= share)


def _hidden(inputs: int, config: ModelConfig) -> nn.Sequential:
    norm = [nn.BatchNorm1d(config.hidden_dim)] if config.use_batch_norm else []
    return nn.Sequential(nn.Linear(inputs, config.hidden_dim), *norm, nn.ReLU())


def build_model(config: ModelConfig, concepts: int) -> TagVae:
    """Return the network for a taxonomy of so many concepts."""
    return TagVae(config, concepts)


@dataclass
class ModelSummaryConfig:
    """`model`: the parts and the number of weights."""

    model: ModelConfig = field(default_factory=ModelConfig)
    concepts: int = option(382, help="concepts of the taxonomy", minimum=1)


@entry_point(ModelSummaryConfig)
def main(config: ModelSummaryConfig) -> None:
    """Print the parts and how many weights each holds."""
    print(__doc__)
    network = build_model(config.model, config.concepts)
    for name, part in network.named_children():
        print(f"{name:12s}{sum(weight.numel() for weight in part.parameters()):>12,} weights")
    print(f"{'in all':12s}{sum(weight.numel() for weight in network.parameters()):>12,} weights")


if __name__ == "__main__":
    sys.exit(main())
