"""A recording of any length through the network: windows that overlap, joined without a seam.

Windows of one segment each begin on whole frames, a quarter of a window before the last one ended. Where two overlap,
their log-mels are faded over into each other, linearly: so a frame near the edge of one window, which knows nothing of
what follows, is taken from the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from audio_models.harmonic_vae.latent import decode, encode, hear
from audio_models.harmonic_vae.model import HarmonicVae

_OVERLAP = 0.25


@dataclass(frozen=True, eq=False)
class Passage:
    """A recording in the latent space."""

    starts: list[int]  # first frame of each window
    frames: int  # of the whole recording
    log_mels: Tensor  # [windows, n_mels, frames of a segment]
    mu: Tensor  # [windows, latent_dim]


def listen(model: HarmonicVae, waveform: Tensor) -> Passage:
    """Return the windows of a waveform [samples] and where they lie in the latent space; silence fills the last one."""
    audio = model.audio
    frames = 1 + len(waveform) // audio.hop_length
    step = max(1, round(audio.frames * (1 - _OVERLAP)))
    starts = list(range(0, max(1, frames - audio.frames + step), step))
    padded = F.pad(waveform, (0, starts[-1] * audio.hop_length + audio.samples))
    cut = [padded[start * audio.hop_length :][: audio.samples] for start in starts]
    log_mels = torch.cat([hear(model, piece[None]) for piece in cut])
    return Passage(starts, frames, log_mels, encode(model, log_mels)[0])


def play(model: HarmonicVae, passage: Passage, z: Tensor) -> Tensor:
    """Return the log-mel [n_mels, frames] of the whole recording, its windows being at the points z."""
    return overlap_added(decode(model, z), passage.starts, passage.frames)


def overlap_added(windows: Tensor, starts: list[int], frames: int) -> Tensor:
    """Return windows [windows, n_mels, length] joined at their starts, cut to so many frames: [n_mels, frames]."""
    length = windows.shape[2]
    step = starts[1] - starts[0] if len(starts) > 1 else length
    fade = max(1, length - step)
    ramp = torch.arange(1, length + 1, dtype=torch.float32) / (fade + 1)
    weight = torch.minimum(ramp, ramp.flip(0)).clamp(max=1.0)
    total = max(starts[-1] + length, frames)
    joined, weights = torch.zeros(windows.shape[1], total), torch.zeros(total)
    for start, window in zip(starts, windows, strict=True):
        joined[:, start : start + length] += weight * window
        weights[start : start + length] += weight
    return (joined / weights.clamp(min=1e-9))[:, :frames]
