"""Layers that know of every key what they know of one.

A vector of width `channels * 12` holds for each channel the twelve pitch classes, C first. Turning the pitch classes of
what such a layer hears by an interval turns what it answers by the same interval (a convolution over the cyclic group
of transpositions: Cohen & Welling 2016). So a chord that was learned in one key is known in all, with a twelfth of the
weights of a dense layer of this width.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from shared.music.chord_classes import N_ROOTS


class PitchClassLinear(nn.Module):
    """[.., in_channels * 12] -> [.., out_channels * 12]; the weight of two pitch classes is that of their interval."""

    intervals: Tensor

    def __init__(self, in_channels: int, out_channels: int) -> None:
        """Draw weights as `nn.Linear` does for as many inputs."""
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        bound = 1 / math.sqrt(in_channels * N_ROOTS)
        # A row per interval: picking rows is many times faster to differentiate than picking single weights.
        self.weight = nn.Parameter(torch.empty(N_ROOTS, out_channels * in_channels).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        pitches = torch.arange(N_ROOTS)
        self.register_buffer("intervals", ((pitches - pitches[:, None]) % N_ROOTS).reshape(-1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is heard from each pitch class."""
        rows = self.weight.index_select(0, self.intervals)
        dense = rows.reshape(N_ROOTS, N_ROOTS, self.out_channels, self.in_channels).permute(2, 0, 3, 1)
        dense = dense.reshape(self.out_channels * N_ROOTS, self.in_channels * N_ROOTS)
        return F.linear(x, dense, of_each_pitch_class(self.bias))


class PitchClassNorm(nn.Module):
    """LayerNorm over [.., channels * 12] with a gain and an offset per channel."""

    def __init__(self, channels: int) -> None:
        """Begin with gains of one."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return the same shape."""
        return F.layer_norm(x, x.shape[-1:], of_each_pitch_class(self.weight), of_each_pitch_class(self.bias))


def of_each_pitch_class(values: Tensor) -> Tensor:
    """Repeat what belongs to a channel for its twelve pitch classes: [channels, ..] -> [channels * 12, ..]."""
    return values.repeat_interleave(N_ROOTS, dim=0)


def by_channel(folded: Tensor) -> Tensor:
    """Set the pitch classes of a channel side by side: [.., 12, channels] -> [.., channels * 12]."""
    return folded.transpose(-1, -2).flatten(-2)


def by_pitch_class(x: Tensor) -> Tensor:
    """Set the channels of a pitch class side by side: [.., channels * 12] -> [.., 12, channels]."""
    return x.unflatten(-1, (-1, N_ROOTS)).transpose(-1, -2)
