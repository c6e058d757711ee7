"""Encoders and decoders: from a log-mel segment to two numbers per latent dimension, and back.

Every encoder takes segments [batch, n_mels, frames] of zero mean and about unit spread and gives
[batch, 2 * latent_dim]; every decoder takes [batch, latent_dim] and gives such segments. `model` knows no more of
them, so another architecture is a pair of modules and a line in `ARCHITECTURES`. The last layer of each is called
`head`: it begins at zero, so that a network beside a linear path is at first that path alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

from audio_models.harmonic_vae.config import AudioConfig
from audio_models.harmonic_vae.linear_basis import BASES
from audio_models.harmonic_vae.network_config import ModelConfig
from shared.errors import unknown_choice

Pair = tuple[nn.Module, nn.Module]
# GroupNorm's groups; it divides every usual number of channels, and needs no batch as batch norm does.
_GROUPS = 8
_KERNEL = 5
_LEAST_SPREAD = 1e-2  # along a direction of the linear path


class Mlp(nn.Module):
    """Fully connected layers, then a linear `head`."""

    def __init__(self, widths: list[int], outputs: int, dropout: float) -> None:
        """Take the width of the input and of every hidden layer, and how many numbers come out."""
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.LayerNorm(after), nn.GELU(), nn.Dropout(dropout)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1], outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return [batch, outputs] of [batch, ..]."""
        answer: Tensor = self.head(self.body(x.flatten(1)))
        return answer


def mlp(config: ModelConfig, audio: AudioConfig) -> Pair:
    """Return fully connected layers of the widths `hidden_dims`, mirrored."""
    size, widths = audio.n_mels * audio.frames, list(config.hidden_dims)
    encoder = Mlp([size, *widths], 2 * config.latent_dim, config.dropout)
    return encoder, MlpDecoder(Mlp([config.latent_dim, *widths[::-1]], size, config.dropout), audio)


class MlpDecoder(nn.Module):
    """[batch, latent_dim] -> [batch, n_mels, frames]."""

    def __init__(self, layers: Mlp, audio: AudioConfig) -> None:
        """Take the layers and the size of a segment."""
        super().__init__()
        self.layers, self.size = layers, (audio.n_mels, audio.frames)

    @property
    def head(self) -> nn.Linear:
        """The last layer."""
        return self.layers.head

    def forward(self, z: Tensor) -> Tensor:
        """Return segments."""
        segments: Tensor = self.layers(z).unflatten(1, self.size)
        return segments


def convolutional(config: ModelConfig, audio: AudioConfig) -> Pair:
    """Return convolutions over time, whose channels are the mel bands at first, and their mirror."""
    return ConvolutionalEncoder(config, audio), ConvolutionalDecoder(config, audio)


class ConvolutionalEncoder(nn.Module):
    """[batch, n_mels, frames] -> [batch, 2 * latent_dim]; every stage halves the frames."""

    def __init__(self, config: ModelConfig, audio: AudioConfig) -> None:
        """Build the stages."""
        super().__init__()
        stages: list[nn.Module] = []
        for before, after in pairwise([audio.n_mels, *config.channels]):
            stages += [nn.Conv1d(before, after, _KERNEL, stride=2, padding=_KERNEL // 2)]
            stages += [_Residual(after, config.dropout) for _ in range(config.blocks)]
            stages += [_norm(after), nn.GELU()]
        self.stages = nn.Sequential(*stages, nn.Flatten())
        self.head = nn.Linear(config.channels[-1] * _coarse(config, audio), 2 * config.latent_dim)

    def forward(self, segments: Tensor) -> Tensor:
        """Return what the head says."""
        answer: Tensor = self.head(self.stages(segments))
        return answer


class ConvolutionalDecoder(nn.Module):
    """[batch, latent_dim] -> [batch, n_mels, frames]; every stage doubles the frames."""

    def __init__(self, config: ModelConfig, audio: AudioConfig) -> None:
        """Build the stages in reverse."""
        super().__init__()
        self.frames = audio.frames
        channels, coarse = config.channels[::-1], _coarse(config, audio)
        stages: list[nn.Module] = [nn.Linear(config.latent_dim, channels[0] * coarse), nn.Unflatten(1, (-1, coarse))]
        for before, after in pairwise([*channels, channels[-1]]):
            stages += [_norm(before), nn.GELU(), nn.ConvTranspose1d(before, after, 4, stride=2, padding=1)]
            stages += [_Residual(after, config.dropout) for _ in range(config.blocks)]
        self.stages = nn.Sequential(*stages, _norm(channels[-1]), nn.GELU())
        self.head = nn.Conv1d(channels[-1], audio.n_mels, _KERNEL, padding=_KERNEL // 2)

    def forward(self, z: Tensor) -> Tensor:
        """Return segments; what halving rounded up is cut off."""
        segments: Tensor = self.head(self.stages(z))
        return segments[:, :, : self.frames]


class _Residual(nn.Module):
    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _norm(channels), nn.GELU(), nn.Conv1d(channels, channels, _KERNEL, padding=_KERNEL // 2),
            nn.Dropout(dropout),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """Add to what comes in."""
        answer: Tensor = x + self.body(x)
        return answer


def _norm(channels: int) -> nn.Module:
    return nn.GroupNorm(math.gcd(_GROUPS, channels), channels)


def _coarse(config: ModelConfig, audio: AudioConfig) -> int:
    """Return how many frames are left after all stages."""
    return math.ceil(audio.frames / 2 ** len(config.channels))


class LinearPath(nn.Module):
    """A linear encoder and decoder beside the network; `fit` gives them directions, training goes on from there.

    Points have unit spread in every dimension, as the prior wants them.
    """

    centre: Tensor

    def __init__(self, latent_dim: int, audio: AudioConfig, basis: str) -> None:
        """Begin with nothing: until it is fitted, the path adds nothing.

        Raises:
            InputError: for an unknown basis.
        """
        super().__init__()
        if basis not in BASES:
            raise unknown_choice("linear basis", basis, list(BASES))
        self._basis = BASES[basis]
        self.size = (audio.n_mels, audio.frames)
        inputs = self.size[0] * self.size[1]
        self.register_buffer("centre", torch.zeros(inputs))
        self.to_point = nn.Linear(inputs, latent_dim, bias=False)
        self.to_segment = nn.Linear(latent_dim, inputs, bias=False)
        for layer in (self.to_point, self.to_segment):
            nn.init.zeros_(layer.weight)

    def encode(self, log_mel: Tensor) -> Tensor:
        """Return points [batch, latent_dim] of log-mels [batch, n_mels, frames]."""
        # Less its mean first: differences of large sums would cost the last digits.
        point: Tensor = self.to_point(log_mel.flatten(1) - self.centre)
        return point

    def decode(self, z: Tensor) -> Tensor:
        """Return log-mels [batch, n_mels, frames] of points [batch, latent_dim]."""
        return (self.centre + self.to_segment(z)).unflatten(1, self.size)

    @torch.no_grad()
    def fit(self, log_mels: Tensor) -> None:
        """Take directions from log-mels [segments, n_mels, frames], which are overwritten; see `linear_basis`."""
        self.centre.copy_(log_mels.mean(dim=0).flatten())
        log_mels -= self.centre.unflatten(0, self.size)
        found, strengths = self._basis(log_mels, self.to_point.out_features)
        directions, spreads = found.flatten(1).to(log_mels), strengths.to(log_mels).clamp(min=_LEAST_SPREAD)
        self.to_point.weight[: len(directions)] = directions / spreads[:, None]
        self.to_segment.weight[:, : len(directions)] = directions.T * spreads


ARCHITECTURES: dict[str, Callable[[ModelConfig, AudioConfig], Pair]] = {"mlp": mlp, "convolutional": convolutional}


def build_networks(config: ModelConfig, audio: AudioConfig) -> Pair:
    """Return encoder and decoder, their heads at zero where a linear path says the first word.

    Raises:
        InputError: for an unknown architecture.
    """
    if config.architecture not in ARCHITECTURES:
        raise unknown_choice("architecture", config.architecture, list(ARCHITECTURES))
    pair = ARCHITECTURES[config.architecture](config, audio)
    if config.linear_path:
        for network in pair:
            nn.init.zeros_(network.head.weight)  # type: ignore[union-attr, arg-type]
            nn.init.zeros_(network.head.bias)  # type: ignore[union-attr, arg-type]
    return pair
