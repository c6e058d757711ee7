"""Encoders and decoders: from a log-mel segment to two numbers per latent dimension, and back.

Every encoder takes segments [batch, n_mels, frames] of zero mean and about unit spread and gives
[batch, 2 * latent_dim]; every decoder takes [batch, latent_dim] and gives such segments. `model` knows no more of
them, so another architecture is a pair of modules and a line in `ARCHITECTURES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from torch import Tensor, nn

from audio_models.harmonic_vae.config import AudioConfig
from audio_models.harmonic_vae.network_config import ModelConfig
from shared.errors import unknown_choice

Pair = tuple[nn.Module, nn.Module]
# GroupNorm's groups; it divides every usual number of channels, and needs no batch as batch norm does.
_GROUPS = 8


def mlp(config: ModelConfig, audio: AudioConfig) -> Pair:
    """Return fully connected layers of the widths `hidden_dims`, mirrored."""
    size, widths = audio.n_mels * audio.frames, list(config.hidden_dims)
    encoder = nn.Sequential(nn.Flatten(), *_layers([size, *widths], config.dropout))
    encoder.append(nn.Linear(([size, *widths])[-1], 2 * config.latent_dim))
    back = [config.latent_dim, *widths[::-1]]
    decoder = nn.Sequential(*_layers(back, config.dropout), nn.Linear(back[-1], size))
    decoder.append(nn.Unflatten(1, (audio.n_mels, audio.frames)))
    return encoder, decoder


def _layers(widths: list[int], dropout: float) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.LayerNorm(after), nn.GELU(), nn.Dropout(dropout)]
    return layers


def convolutional(config: ModelConfig, audio: AudioConfig) -> Pair:
    """Return convolutions over bands and frames that halve both at every stage, and their mirror."""
    return ConvolutionalEncoder(config, audio), ConvolutionalDecoder(config, audio)


class ConvolutionalEncoder(nn.Module):
    """[batch, n_mels, frames] -> [batch, 2 * latent_dim]."""

    def __init__(self, config: ModelConfig, audio: AudioConfig) -> None:
        """Build the stages."""
        super().__init__()
        first = config.channels[0]
        stages: list[nn.Module] = [nn.Conv2d(1, first, 3, stride=2, padding=1)]
        stages += [_Residual(first, config.dropout) for _ in range(config.blocks)]
        for before, after in pairwise(config.channels):
            stages += [_norm(before), nn.GELU(), nn.Conv2d(before, after, 3, stride=2, padding=1)]
            stages += [_Residual(after, config.dropout) for _ in range(config.blocks)]
        self.stages = nn.Sequential(*stages, _norm(config.channels[-1]), nn.GELU(), nn.Flatten())
        bands, frames = _coarse(config, audio)
        self.head = nn.Linear(config.channels[-1] * bands * frames, 2 * config.latent_dim)

    def forward(self, segments: Tensor) -> Tensor:
        """Return what the heads say."""
        answer: Tensor = self.head(self.stages(segments.unsqueeze(1)))
        return answer


class ConvolutionalDecoder(nn.Module):
    """[batch, latent_dim] -> [batch, n_mels, frames]."""

    def __init__(self, config: ModelConfig, audio: AudioConfig) -> None:
        """Build the stages in reverse."""
        super().__init__()
        self.size = (audio.n_mels, audio.frames)
        channels = config.channels[::-1]
        bands, frames = _coarse(config, audio)
        self.root = nn.Sequential(
            nn.Linear(config.latent_dim, channels[0] * bands * frames), nn.Unflatten(1, (channels[0], bands, frames))
        )
        stages: list[nn.Module] = []
        for before, after in zip(channels, [*channels[1:], channels[-1]], strict=True):
            stages += [_Residual(before, config.dropout) for _ in range(config.blocks)]
            stages += [_norm(before), nn.GELU(), nn.ConvTranspose2d(before, after, 4, stride=2, padding=1)]
        self.stages = nn.Sequential(*stages, _norm(channels[-1]), nn.GELU(), nn.Conv2d(channels[-1], 1, 3, padding=1))

    def forward(self, z: Tensor) -> Tensor:
        """Return segments; what halving rounded up is cut off."""
        segments: Tensor = self.stages(self.root(z)).squeeze(1)
        return segments[:, : self.size[0], : self.size[1]]


class _Residual(nn.Module):
    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _norm(channels), nn.GELU(), nn.Conv2d(channels, channels, 3, padding=1),
            _norm(channels), nn.GELU(), nn.Dropout(dropout), nn.Conv2d(channels, channels, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """Add to what comes in."""
        answer: Tensor = x + self.body(x)
        return answer


def _norm(channels: int) -> nn.Module:
    return nn.GroupNorm(math.gcd(_GROUPS, channels), channels)


def _coarse(config: ModelConfig, audio: AudioConfig) -> tuple[int, int]:
    """Return bands and frames after all stages."""
    factor = 2 ** len(config.channels)
    return math.ceil(audio.n_mels / factor), math.ceil(audio.frames / factor)


ARCHITECTURES: dict[str, Callable[[ModelConfig, AudioConfig], Pair]] = {"convolutional": convolutional, "mlp": mlp}


def build_networks(config: ModelConfig, audio: AudioConfig) -> Pair:
    """Return encoder and decoder.

    Raises:
        InputError: for an unknown architecture.
    """
    if config.architecture not in ARCHITECTURES:
        raise unknown_choice("architecture", config.architecture, list(ARCHITECTURES))
    return ARCHITECTURES[config.architecture](config, audio)
