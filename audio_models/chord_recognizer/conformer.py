"""Conformer blocks (Gulati et al. 2020) over frames.

    x + 1/2 FeedForward(x) - x + Attention(x) - x + Convolution(x) - x + 1/2 FeedForward(x) - LayerNorm

Positions are rotations of queries and keys (Su et al. 2021), so that only distances count and any length can be
heard.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_LONGEST_PERIOD = 2000.0  # frames: the slowest rotation turns once in about three minutes


class FeedForward(nn.Module):
    """LayerNorm, Linear, SiLU, Dropout, Linear."""

    def __init__(self, width: int, factor: int, dropout: float) -> None:
        """Take the width, how many times wider the middle is, and the dropout."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, factor * width), nn.SiLU(), nn.Dropout(dropout),
            nn.Linear(factor * width, width), nn.Dropout(dropout),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """[batch, frames, width] -> the same."""
        out: Tensor = self.layers(x)
        return out


class Attention(nn.Module):
    """Self-attention with rotary positions."""

    periods: Tensor

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        """Take the width, the number of heads and the dropout."""
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.out = nn.Sequential(nn.Linear(width, width), nn.Dropout(dropout))
        half = width // heads // 2
        periods = 2 * math.pi * (_LONGEST_PERIOD / (2 * math.pi)) ** (torch.arange(half) / max(half - 1, 1))
        self.register_buffer("periods", periods, persistent=False)

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
        """Turn pairs of numbers by angles that grow with the position [frames]."""
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

    def __init__(self, width: int, kernel: int, dropout: float) -> None:
        """Take the width, the kernel's length in frames and the dropout."""
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.gate = nn.Linear(width, 2 * width)
        self.depthwise = nn.Conv1d(width, width, kernel, groups=width)
        self.out = nn.Sequential(nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, width), nn.Dropout(dropout))

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
        out: Tensor = self.out(self.depthwise(padded.transpose(1, 2)).transpose(1, 2))
        return out


class ConformerBlock(nn.Module):
    """One block."""

    def __init__(self, width: int, heads: int, factor: int, kernel: int, dropout: float) -> None:
        """Take the widths and the dropout."""
        super().__init__()
        self.before = FeedForward(width, factor, dropout)
        self.attention = Attention(width, heads, dropout)
        self.convolution = Convolution(width, kernel, dropout)
        self.after = FeedForward(width, factor, dropout)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, frames, width] -> the same."""
        x = x + 0.5 * self.before(x)
        x = x + self.attention(x)
        x = x + self.convolution(x)
        out: Tensor = self.norm(x + 0.5 * self.after(x))
        return out
