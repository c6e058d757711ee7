"""The ear of the audio models: `shared.audio.features` and `shared.audio.tuning` as modules, inside the graph.

    hear = nn.Sequential(LogFrequency(), Tuning())     # waveform [batch, samples] -> [batch, frames, n_bins]

They agree with the NumPy functions to 1e-4 and export to ONNX with free batch and length: nothing but convolutions,
one pooling and arithmetic. Kernels and filters are derived from the settings, so they are no part of a checkpoint.

For streams: a frame hears `settings.reach_s` (0.47 s) to either side of its centre, which is the look-ahead, and its
level looks `settings.level_s` (4 s) back. `magnitudes` and `compress` are apart so that a stream can carry the norms of
past frames instead of their sound, and `Tuning.phasors` add up over chunks.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from shared.audio.features import LogFrequencySettings, half_band_low_pass, octave_kernels

# Outputs that a decimator computes side by side, at most: enough to fill a matrix product.
_SIDE_BY_SIDE = 32


class LogFrequency(nn.Module):
    """Waveform [batch, samples] to log-frequency features [batch, 1 + samples // hop_length, n_bins] in 0..1."""

    def __init__(self, settings: LogFrequencySettings | None = None) -> None:
        super().__init__()
        self.settings = settings or LogFrequencySettings()
        octaves = list(range(self.settings.octaves))[::-1]
        halvings = [self.settings.halvings(octave) for octave in octaves]
        steps = zip([0, *halvings], halvings, strict=False)
        kernels = octave_kernels(self.settings)
        # Highest octave first: each goes on from the rate of the one above.
        self.decimators = nn.ModuleList(_Decimator(self.settings.hop_length, *step) for step in steps)
        self.readers = nn.ModuleList(_Reader(self.settings, octave, kernels[octave]) for octave in octaves)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the features; see `shared.audio.features.log_frequency`."""
        return self.compress(self.magnitudes(waveform))

    def magnitudes(self, waveform: Tensor) -> Tensor:
        """Return amplitudes [batch, frames, n_bins] of a waveform [batch, samples] that lies in silence."""
        margin, hop, n_samples = self.settings.margin, self.settings.hop_length, waveform.shape[1]
        # Whole hops: so every length below is a multiple of the number of frames, and no slice depends on it.
        to_whole_hops = hop * (1 + n_samples // hop) - n_samples
        signal = F.pad(waveform, (margin, to_whole_hops + margin)).unsqueeze(1)
        octaves = []
        for decimator, reader in zip(self.decimators, self.readers, strict=True):
            signal = decimator(signal)
            octaves.append(reader(signal))
        return torch.cat(octaves[::-1], dim=1).transpose(1, 2)

    def compress(self, magnitudes: Tensor, past_norms: Tensor | None = None) -> Tensor:
        """Return the features of amplitudes [batch, frames, n_bins], relative to the loudest frame of late.

        `past_norms` [batch, level_frames - 1] are the `norms` of the frames before, silence unless given.
        """
        norms = self.norms(magnitudes)
        n_past = self.settings.level_frames - 1
        history = F.pad(norms, (n_past, 0)) if past_norms is None else torch.cat([past_norms, norms], dim=1)
        levels = F.max_pool2d(history[:, None, None], (1, n_past + 1), stride=1)[:, 0, 0]
        relative = magnitudes / levels.clamp(min=self.settings.level_floor).unsqueeze(2)
        return torch.log1p(self.settings.scale * relative) / math.log1p(self.settings.scale)

    def norms(self, magnitudes: Tensor) -> Tensor:
        """Return the root of the summed squares of each frame, [batch, frames]."""
        return magnitudes.square().sum(dim=2).sqrt()


class _Decimator(nn.Module):
    """Halves the rate of a signal [batch, 1, samples] several times, by one convolution with the joined filters."""

    weight: Tensor

    def __init__(self, hop_length: int, halvings_before: int, halvings: int) -> None:
        super().__init__()
        factor = 1 << (halvings - halvings_before)
        taps = _joined_low_pass(halvings - halvings_before)
        side_by_side = min(_SIDE_BY_SIDE, hop_length >> halvings)
        # Each output channel is the filter, shifted by one output sample.
        weight = np.zeros((side_by_side, 1, factor * (side_by_side - 1) + len(taps)), dtype=np.float32)
        for index in range(side_by_side):
            weight[index, 0, index * factor : index * factor + len(taps)] = taps
        self.stride = factor * side_by_side
        self.padding = (len(taps) // 2, len(taps) - factor - len(taps) // 2)
        self.register_buffer("weight", torch.from_numpy(weight), persistent=False)

    def forward(self, signal: Tensor) -> Tensor:
        """Return samples / factor samples, of which the first is where the first was."""
        together = F.conv1d(F.pad(signal, self.padding), self.weight, stride=self.stride)
        return together.transpose(1, 2).reshape(signal.shape[0], 1, -1)


def _joined_low_pass(times: int) -> NDArray[np.float64]:
    """Return the taps of the half-band filter applied `times` times, at ever lower rates, as one filter."""
    low_pass = taps = half_band_low_pass()
    for _ in range(times - 1):
        spread = np.zeros(2 * len(taps) - 1)
        spread[::2] = taps
        taps = np.convolve(spread, low_pass)
    return taps


class _Reader(nn.Module):
    """Magnitudes [batch, bins, frames] of one octave, from the signal [batch, 1, samples] at its rate."""

    weight: Tensor

    def __init__(self, settings: LogFrequencySettings, octave: int, kernels: NDArray[np.complex128]) -> None:
        super().__init__()
        halvings, n_taps = settings.halvings(octave), kernels.shape[1]
        self.stride = settings.hop_length >> halvings
        margin = settings.margin >> halvings
        self.first = margin - n_taps // 2
        self.unheard = 2 * margin - self.first - n_taps + self.stride
        weight = np.stack([kernels.real, kernels.imag]).reshape(-1, 1, n_taps).astype(np.float32)
        self.register_buffer("weight", torch.from_numpy(weight), persistent=False)

    def forward(self, signal: Tensor) -> Tensor:
        """Return the magnitudes."""
        parts = F.conv1d(signal[:, :, self.first : -self.unheard], self.weight, stride=self.stride)
        real, imaginary = parts.chunk(2, dim=1)
        return (real.square() + imaginary.square()).sqrt()


class Tuning(nn.Module):
    """Estimates the tuning of each row of features [batch, frames, n_bins] over all its frames, and corrects it."""

    turns: Tensor

    def __init__(self, settings: LogFrequencySettings | None = None) -> None:
        super().__init__()
        self.settings = settings or LogFrequencySettings()
        angles = 2 * np.pi * np.arange(self.settings.n_bins) / self.settings.bins_per_semitone
        turns = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        self.register_buffer("turns", torch.from_numpy(turns), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Return the features as they would be at A = 440 Hz."""
        return self.shift(features, -self.estimate(features)[:, None])

    def estimate(self, features: Tensor) -> Tensor:
        """Return the tuning [batch] in semitones; see `shared.audio.tuning.estimate_tuning`."""
        return self.from_phasor(self.phasors(features).sum(dim=1))

    def phasors(self, features: Tensor) -> Tensor:
        """Return what the tuning is the angle of, summed over frames: [batch, frames, 2] (real, imaginary)."""
        relative = torch.expm1(features * math.log1p(self.settings.scale)) / self.settings.scale
        return relative.square() @ self.turns

    def from_phasor(self, phasor: Tensor) -> Tensor:
        """Return the tuning [..] in semitones of a phasor [.., 2]; 0 for silence."""
        return torch.atan2(phasor[..., 1], phasor[..., 0]) / (2 * math.pi)

    def shift(self, features: Tensor, semitones: Tensor) -> Tensor:
        """Return features moved up by up to half a semitone, of either sign, by linear interpolation.

        `semitones` is [batch, frames], or [batch, 1] for the same in all frames.
        """
        bins = self.settings.bins_per_semitone * semitones
        most = math.ceil(self.settings.bins_per_semitone / 2)
        padded = F.pad(features, (most, most))
        # Linear interpolation as a sum over whole shifts, of which two have a share: no gather, no index.
        shifted = torch.zeros_like(features)
        for whole in range(-most, most + 1):
            share = (1 - (bins - whole).abs()).clamp(min=0)
            shifted = shifted + share[:, :, None] * padded[:, :, most - whole : most - whole + features.shape[2]]
        return shifted
