"""Conformer blocks (Gulati et al. 2020) over frames.

    x + 1/2 FeedForward(x) - x + Attention(x) - x + Convolution(x) - x + 1/2 FeedForward(x) - LayerNorm

Positions are rotations of queries and keys (Su et al. 2021), so that only distances count and any length can be
heard. All layers are alike in the twelve keys (`pitch_classes`): x is [batch, frames, channels * 12]; an attention head
compares frames by some channels of all pitch classes, so that how alike two frames are is the same in every key.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from audio_models.chord_recognizer.pitch_classes import PitchClassLinear, PitchClassNorm, of_each_pitch_class

_LONGEST_PERIOD = 2000.0  # frames: the slowest rotation turns once in about three minutes


class FeedForward(nn.Module):
    """LayerNorm, Linear, SiLU, Dropout, Linear."""

    def __init__(self, channels: int, factor: int, dropout: float) -> None:
        """Take the channels, how many times more the middle has, and the dropout."""
        super().__init__()
        self.layers = nn.Sequential(
            PitchClassNorm(channels), PitchClassLinear(channels, factor * channels), nn.SiLU(), nn.Dropout(dropout),
            PitchClassLinear(factor * channels, channels), nn.Dropout(dropout),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """[batch, frames, width] -> the same."""
        out: Tensor = self.layers(x)
        return out


class Attention(nn.Module):
    """Self-attention with rotary positions."""

    periods: Tensor

    def __init__(self, channels: int, heads: int, dropout: float) -> None:
        """Take the channels (an even number for each head), the number of heads and the dropout."""
        super().__init__()
        self.heads = heads
        self.norm = PitchClassNorm(channels)
        self.project = PitchClassLinear(channels, 3 * channels)
        self.out = nn.Sequential(PitchClassLinear(channels, channels), nn.Dropout(dropout))
        # A period for each pair of channels, spread over the heads; the pitch classes of a channel turn together.
        pairs = channels // 2
        periods = 2 * math.pi * (_LONGEST_PERIOD / (2 * math.pi)) ** (torch.arange(pairs) / max(pairs - 1, 1))
        by_head = of_each_pitch_class(periods.reshape(-1, heads)).T
        self.register_buffer("periods", by_head[:, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Attend to all frames: [batch, frames, width] -> the same."""
        query, key, value = self.split(x)
        positions = torch.arange(x.shape[1], device=x.device)
        query, key = self.rotate(query, positions), self.rotate(key, positions)
        return self.join(attend(query, key, value))

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values [batch, heads, frames, width / heads]."""
        projected = self.project(self.norm(x)).unflatten(-1, (3, self.heads, -1))
        query, key, value = projected.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value

    def rotate(self, x: Tensor, positions: Tensor) -> Tensor:
        """Turn pairs of numbers of [batch, heads, frames, width / heads] by angles that grow with the position."""
        angles = 2 * math.pi * positions.to(x.dtype)[:, None] / self.periods
        cos, sin = angles.cos(), angles.sin()
        first, second = x.chunk(2, dim=-1)
        return torch.cat([first * cos - second * sin, first * sin + second * cos], dim=-1)

    def join(self, attended: Tensor) -> Tensor:
        """Return [batch, frames, width] of heads [batch, heads, frames, width / heads]."""
        out: Tensor = self.out(attended.transpose(1, 2).flatten(2))
        return out


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return scaled dot-product attention, all [batch, heads, frames, width / heads]."""
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    return scores.softmax(dim=-1) @ value


class Convolution(nn.Module):
    """LayerNorm, pointwise with gate, depthwise over time, LayerNorm, SiLU, pointwise.

    LayerNorm stands where the paper has BatchNorm: it knows no difference between training and use, nor between a
    batch of one and of many.
    """

    def __init__(self, channels: int, kernel: int, dropout: float) -> None:
        """Take the channels, the kernel's length in frames and the dropout."""
        super().__init__()
        self.norm = PitchClassNorm(channels)
        self.gate = PitchClassLinear(channels, 2 * channels)
        # Holds the kernels, one per channel: the twelve pitch classes of a channel share one.
        self.depthwise = nn.Conv1d(channels, channels, kernel, groups=channels)
        self.out = nn.Sequential(
            PitchClassNorm(channels), nn.SiLU(), PitchClassLinear(channels, channels), nn.Dropout(dropout)
        )

    def forward(self, x: Tensor) -> Tensor:
        """[batch, frames, width] -> the same, each frame from those around it."""
        before = (self.depthwise.kernel_size[0] - 1) // 2
        after = self.depthwise.kernel_size[0] - 1 - before
        return self.convolve(F.pad(self.gated(x), (0, 0, before, after)))

    def gated(self, x: Tensor) -> Tensor:
        """Return what the depthwise convolution reads: [batch, frames, width]."""
        return F.glu(self.gate(self.norm(x)), dim=-1)

    def convolve(self, padded: Tensor) -> Tensor:
        """Return [batch, frames, width] of [batch, frames + kernel - 1, width]."""
        assert self.depthwise.bias is not None
        kernels, offsets = of_each_pitch_class(self.depthwise.weight), of_each_pitch_class(self.depthwise.bias)
        convolved = F.conv1d(padded.transpose(1, 2), kernels, offsets, groups=len(kernels))
        out: Tensor = self.out(convolved.transpose(1, 2))
        return out


class ConformerBlock(nn.Module):
    """One block."""

    def __init__(self, channels: int, heads: int, factor: int, kernel: int, dropout: float) -> None:
        """Take the sizes and the dropout."""
        super().__init__()
        self.before = FeedForward(channels, factor, dropout)
        self.attention = Attention(channels, heads, dropout)
        self.convolution = Convolution(channels, kernel, dropout)
        self.after = FeedForward(channels, factor, dropout)
        self.norm = PitchClassNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, frames, width] -> the same."""
        x = x + 0.5 * self.before(x)
        x = x + self.attention(x)
        x = x + self.convolution(x)
        out: Tensor = self.norm(x + 0.5 * self.after(x))
        return out
