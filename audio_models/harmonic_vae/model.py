"""The network: a waveform's log-mel through a Gaussian latent space and back (Kingma & Welling 2014).

    waveform [batch, samples]
        MelFrontend               log-mel [batch, n_mels, frames], 0..1
        linear path + encoder     mu, log_var [batch, latent_dim]
    z = mu + exp(log_var / 2) * noise
        linear path + decoder     log-mel [batch, n_mels, frames]

Encoder and decoder are those of `networks`; the encoder sees the log-mel less its mean and over its spread, which the
training measures once per band and keeps with the weights. The linear path begins as a linear code of the training
segments (`linear_basis`), the network beside it at nothing: so a run begins where a good linear code ends, and learns
what a linear code cannot say.

Examples:
    python -m audio_models.harmonic_vae.model
    python -m audio_models.harmonic_vae.model --architecture convolutional --segment_length 2
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from audio_models.harmonic_vae.config import AudioConfig
from audio_models.harmonic_vae.loss import Output
from audio_models.harmonic_vae.network_config import ModelConfig
from audio_models.harmonic_vae.networks import LinearPath, build_networks
from audio_models.training.mel_frontend import MelFrontend
from shared.audio.mel import MelSettings
from shared.cli import entry_point

# exp(log_var) stays a number whatever a wild step does.
_LOG_VAR = 10.0
# Where the log-variance begins: the noise on a point is then a twentieth of the prior's.
_FIRST_LOG_VAR = -6.0
# Share of the network in the sum with the linear path: its gradients are tamed, not its reach.
_SHARE = 0.3


def mel_settings(audio: AudioConfig) -> MelSettings:
    """Return the settings of the log-mel."""
    return MelSettings(audio.sample_rate, audio.n_fft, audio.hop_length, audio.n_mels)


class HarmonicVae(nn.Module):
    """The variational autoencoder of waveforms [batch, samples] of one segment each."""

    mean: Tensor
    spread: Tensor

    def __init__(self, config: ModelConfig, audio: AudioConfig) -> None:
        """Build front end, encoder and decoder."""
        super().__init__()
        self.config, self.audio = config, audio
        self.front_end = MelFrontend(mel_settings(audio))
        self.encoder, self.decoder = build_networks(config, audio)
        self.linear = LinearPath(config.latent_dim, audio, config.linear_basis) if config.linear_path else None
        if self.linear is not None:
            self.linear.requires_grad_(config.linear_trains)
        self.register_buffer("mean", torch.full((audio.n_mels, 1), 0.5))
        self.register_buffer("spread", torch.full((audio.n_mels, 1), 0.25))
        self.augmentation: nn.Module | None = None  # takes the place of the front end in training

    def hear(self, waveform: Tensor) -> Tensor:
        """Return the log-mel [batch, n_mels, frames] of waveforms; in float32 whatever the network computes in."""
        log_mel: Tensor = self.front_end(waveform)
        return log_mel

    def encode(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the latent space, each [batch, latent_dim]."""
        mu, log_var = self.encoder((log_mel - self.mean) / self.spread).chunk(2, dim=-1)
        if self.linear is not None:
            mu = self.linear.encode(log_mel) + _SHARE * mu
        return mu, (_FIRST_LOG_VAR + log_var).clamp(-_LOG_VAR, _LOG_VAR)

    def encode_waveform(self, waveform: Tensor) -> tuple[Tensor, Tensor]:
        """Return the same of waveforms [batch, samples]."""
        return self.encode(self.hear(waveform))

    def decode(self, z: Tensor) -> Tensor:
        """Return the log-mel [batch, n_mels, frames] of points of the latent space [batch, latent_dim]."""
        answer: Tensor = self.decoder(z)
        if self.linear is not None:
            return self.linear.decode(z) + _SHARE * answer
        return self.mean + self.spread * answer

    def forward(self, waveform: Tensor) -> Output:
        """Return log-mel and reconstruction, and what the KL divergence is taken of.

        In training what is heard may be varied, and z is drawn; otherwise z is the mean.
        """
        varied = self.augmentation if self.training else None
        with torch.no_grad():
            log_mel: Tensor = varied(waveform) if varied is not None else self.hear(waveform)
        mu, log_var = self.encode(log_mel)
        z = mu + (0.5 * log_var).exp() * torch.randn_like(mu) if self.training else mu
        return Output(log_mel, self.decode(z), mu, log_var)

    @torch.no_grad()
    def calibrate(self, log_mel: Tensor) -> None:
        """Measure mean and spread of every band on segments [segments, n_mels, frames]."""
        self.mean.copy_(log_mel.mean(dim=(0, 2))[:, None])
        self.spread.copy_(log_mel.std(dim=(0, 2))[:, None].clamp(min=1e-2))


def build_model(config: ModelConfig, audio: AudioConfig) -> HarmonicVae:
    """Return the network for segments of these audio settings.

    Raises:
        InputError: for an unknown architecture, or audio settings that do not go together.
    """
    return HarmonicVae(config, audio)


@dataclass
class ModelSummaryConfig:
    """`model`: the parts and the number of weights."""

    model: ModelConfig = field(default_factory=ModelConfig)
    audio: AudioConfig = field(default_factory=AudioConfig)


@entry_point(ModelSummaryConfig)
def main(config: ModelSummaryConfig) -> None:
    """Print the parts and how many weights each holds."""
    print(__doc__)
    network = build_model(config.model, config.audio)
    for name, part in network.named_children():
        print(f"{name:12s}{sum(weight.numel() for weight in part.parameters()):>12,} weights")
    print(f"{'in all':12s}{sum(weight.numel() for weight in network.parameters()):>12,} weights")
    print(f"a segment: {config.audio.n_mels} bands x {config.audio.frames} frames -> {config.model.latent_dim} numbers")


if __name__ == "__main__":
    sys.exit(main())
