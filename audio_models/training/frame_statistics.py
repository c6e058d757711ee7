"""Statistics over the frames of a clip, as tensors: what `shared.audio.clip_summary` computes of one, for a batch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from shared.audio.clip_summary import EPSILON, TINY


def steps(frames: Tensor) -> Tensor:
    """Return the difference of each frame [batch, frames, ..] to the one before; the first has none."""
    return torch.cat([torch.zeros_like(frames[:, :1]), frames[:, 1:] - frames[:, :-1]], dim=1)


def running_mean(frames: Tensor, half: int) -> Tensor:
    """Return the mean of [batch, frames, n] over `half` frames to either side, as many as there are."""
    pooled = F.avg_pool1d(frames.transpose(1, 2), 2 * half + 1, 1, half, count_include_pad=False)
    return pooled.transpose(1, 2)


def loud_statistics(frames: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return weighted means and deviations [batch, n] of [batch, frames, n]; weights [batch, frames] sum to 1."""
    means = (weights.unsqueeze(2) * frames).sum(dim=1)
    return means, (weights.unsqueeze(2) * (frames - means.unsqueeze(1)).square()).sum(dim=1).sqrt()


def deviation(values: Tensor) -> Tensor:
    """Return the standard deviation [batch] of values [batch, frames]."""
    return (values - values.mean(dim=1, keepdim=True)).square().mean(dim=1).sqrt()


def skewness(values: Tensor, floor: float) -> Tensor:
    """Return the third standardised moment [batch] of values [batch, frames]."""
    centred = (values - values.mean(dim=1, keepdim=True)) / (deviation(values).unsqueeze(1) + floor)
    return (centred * centred * centred).mean(dim=1)


def entropy(shares: Tensor) -> Tensor:
    """Return the entropy [..] of shares [.., n] in nats."""
    return -(shares * shares.clamp(min=TINY).log()).sum(dim=-1)


def motion(line: Tensor) -> Tensor:
    """Return the mean distance [batch] from frame to frame of a line [batch, frames]."""
    return steps(line).abs().mean(dim=1)


def norm(frames: Tensor) -> Tensor:
    """Return the length of each frame [batch, frames, n] as [batch, frames, 1]."""
    return frames.square().sum(dim=2, keepdim=True).sqrt()


def level(pitched: Tensor) -> Tensor:
    """Return the length of each frame [batch, frames, n] as [batch, frames]."""
    return norm(pitched).squeeze(2)


def loudness(pitched: Tensor) -> Tensor:
    """Return the weight of each frame [batch, frames, n], sum 1; 0 in silence."""
    levels = level(pitched)
    return levels / levels.sum(dim=1, keepdim=True).clamp(min=TINY)


def fit(chroma: Tensor, templates: Tensor) -> Tensor:
    """Return the correlation of chroma [.., 12] with templates [24, 12] as [.., 24]."""
    centred = chroma - chroma.mean(dim=-1, keepdim=True)
    return centred / (centred.square().sum(dim=-1, keepdim=True).sqrt() + EPSILON) @ templates.T


def mode(fits: Tensor) -> Tensor:
    """Return by how much the best major key fits better than the best minor key, from fits [.., 24]."""
    return fits[..., :12].amax(dim=-1) - fits[..., 12:].amax(dim=-1)


def triad(rolled: Tensor, third: int, fifth: int) -> Tensor:
    """Return how much of a triad, on any root, sounds in frames rolled by 0 to 11 semitones [batch, frames, 12, 12]."""
    return (rolled[:, :, 0] * rolled[:, :, 12 - third] * rolled[:, :, 12 - fifth]).sum(dim=2)
