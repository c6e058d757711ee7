"""The task of the example: one-second chords of plain partials, and a network small enough to learn them at once."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import Dataset

from shared.music.chord_types import CHORD_TYPE_ID, CHORD_TYPES, INTERVALS

SAMPLE_RATE = 44_100  # Hz
CLIP_SAMPLES = SAMPLE_RATE  # one second
N_PITCH_CLASSES = 12
OCTAVES = 5
LOWEST_PITCH = 36  # C2
N_PARTIALS = 5
N_FFT = 8192  # 5.4 Hz a bin: tells the lowest semitones apart
# The types that occur; the heads have room for all 32.
_QUALITIES = ("maj", "min", "dim", "aug", "sus4", "7", "maj7", "min7")


class GeneratedChords(Dataset[tuple[Tensor, dict[str, Tensor]]]):
    """Chords with random root, type, inversion, voicing, loudness and noise, and their exact labels."""

    def __init__(self, size: int, seed: int) -> None:
        """Render `size` clips; the same seed gives the same clips."""
        rng = np.random.default_rng(seed)
        clips = [_draw_chord(rng) for _ in range(size)]
        self._waveforms = torch.stack([waveform for waveform, _ in clips])
        self._labels = torch.tensor([labels for _, labels in clips])

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return a waveform [44100] and the class ids of `chord_type`, `root` and `bass_note`."""
        chord_type, root, bass = self._labels[index]
        return self._waveforms[index], {"chord_type": chord_type, "root": root, "bass_note": bass}


def _draw_chord(rng: np.random.Generator) -> tuple[Tensor, list[int]]:
    quality, root = str(rng.choice(_QUALITIES)), int(rng.integers(12))
    tones = [(root + interval) % 12 for interval in sorted(INTERVALS[quality])]
    bass = int(rng.choice(tones))
    pitches = [LOWEST_PITCH + bass] + [LOWEST_PITCH + 12 * int(rng.integers(1, 3)) + tone for tone in tones]
    colours = torch.from_numpy(rng.uniform(0.5, 1.0, (len(pitches), 1, N_PARTIALS)).astype(np.float32))
    sounding = (colours @ torch.stack([_partials(pitch) for pitch in pitches])).sum(dim=(0, 1))
    waveform = sounding + 0.02 * torch.from_numpy(rng.standard_normal(CLIP_SAMPLES, dtype=np.float32))
    return waveform * (rng.uniform(0.2, 0.9) / waveform.abs().max()), [CHORD_TYPE_ID[quality], root, bass]


@cache
def _partials(pitch: int) -> Tensor:
    """Return the partials of a MIDI pitch, decaying, [5, 44100]."""
    frequency_hz = 440.0 * 2 ** ((pitch - 69) / 12)
    time_s = torch.arange(CLIP_SAMPLES, dtype=torch.float32) / SAMPLE_RATE
    numbers = torch.arange(1, N_PARTIALS + 1)[:, None]
    return torch.sin(2 * math.pi * numbers * frequency_hz * time_s) * torch.exp(-2 * time_s) / numbers**1.5


class SmallEar(nn.Module):
    """Waveform to three heads: semitone energies, then convolutions around the circle of pitch classes."""

    window: Tensor
    semitones: Tensor

    def __init__(self, width: int = 48) -> None:
        """Take the number of channels."""
        super().__init__()
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)
        self.register_buffer("semitones", _semitone_filters(), persistent=False)
        self.body = nn.Sequential(
            _around_the_circle(OCTAVES, width), nn.BatchNorm1d(width), nn.GELU(),
            _around_the_circle(width, width), nn.BatchNorm1d(width), nn.GELU(),
        )  # fmt: skip
        self.root_and_bass = nn.Conv1d(width, 2, 1)
        self.chord_type = nn.Conv1d(width, len(CHORD_TYPES), 1)

    def forward(self, waveform: Tensor) -> dict[str, Tensor]:
        """Return logits `chord_type` [batch, 32], `root` and `bass_note` [batch, 12] of a waveform [batch, samples]."""
        spectrum = torch.stft(waveform, N_FFT, N_FFT // 2, window=self.window, return_complex=True).abs()
        energies = torch.log1p(10 * self.semitones @ spectrum.mean(dim=-1)[..., None]).squeeze(-1)
        body = self.body(energies.reshape(len(waveform), OCTAVES, N_PITCH_CLASSES))
        root, bass = self.root_and_bass(body).unbind(dim=1)
        # The type is read where the root is believed to be.
        chord_type = (self.chord_type(body) * F.softmax(root, dim=-1)[:, None]).sum(dim=-1)
        return {"chord_type": chord_type, "root": root, "bass_note": bass}


def _around_the_circle(channels: int, width: int) -> nn.Conv1d:
    """Return a convolution that sees all twelve pitch classes from each of them, whatever the key."""
    return nn.Conv1d(channels, width, 11, padding=5, padding_mode="circular")


def _semitone_filters() -> Tensor:
    """Return the weight of each bin of the spectrum in each semitone from C2 on, [60, bins]."""
    frequencies_hz = torch.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE).clamp(min=1.0)
    pitches = 69 + 12 * torch.log2(frequencies_hz / 440)
    centres = LOWEST_PITCH + torch.arange(OCTAVES * N_PITCH_CLASSES)[:, None]
    weights = torch.exp(-0.5 * ((pitches - centres) / 0.4) ** 2)
    return weights / weights.sum(dim=1, keepdim=True)
