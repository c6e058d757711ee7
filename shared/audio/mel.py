"""The log-mel spectrogram in NumPy, to which every other implementation must agree.

    values = log_mel(read_audio("song.mp3", 22_050))        # [n_mels, frames], 0..1

Conventions, stated once: Slaney's mel scale (linear to 1 kHz, logarithmic above, as librosa's default); triangles of
height 1, not of area 1, so that a band holds the power that falls into it; a periodic Hann window; power, not
magnitude; frame t centred on sample t * hop_length, the ends mirrored.

A value is 1 where a band holds a sinusoid of amplitude 1, and 0 at silence; in between it is linear in decibels over
`range_db`. The reference is fixed: nothing depends on how loud the rest of the file is. The floor is added, not a
maximum, so the slope is nowhere broken: what lies at the floor has 3 dB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

LogMel = NDArray[np.float32]

# Slaney's Auditory Toolbox (1998): 15 mel at 1 kHz, and 27 mel for each factor of 6.4 above.
_BREAK_HZ, _BREAK_MEL, _MEL_PER_LOG = 1000.0, 15.0, 27.0 / np.log(6.4)
_FRAMES_TOGETHER = 512  # bounds the memory of a long recording


@dataclass(frozen=True)
class MelSettings:
    """Every number of the feature.

    Attributes:
        sample_rate: of the waveform, in Hz.
        n_fft: length of the transform and of its window, in samples.
        hop_length: from frame to frame, in samples.
        n_mels: bands from 0 Hz to half the sample rate.
        range_db: from silence to the reference.
    """

    sample_rate: int = 22_050
    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 128
    range_db: float = 80.0

    def __post_init__(self) -> None:
        """Hold the settings together.

        Raises:
            InputError: when a hop leaves samples unheard, or a band is narrower than the transform resolves.
        """
        if not 0 < self.hop_length <= self.n_fft:
            raise InputError(f"hop_length {self.hop_length} must lie in 1..n_fft ({self.n_fft})")
        if not mel_filters(self).any(axis=1).all():
            raise InputError(
                f"{self.n_mels} mel bands are finer than n_fft {self.n_fft} resolves; lower n_mels or raise n_fft"
            )

    @property
    def reference(self) -> float:
        """Power of a sinusoid of amplitude 1, whose magnitude is half the sum of the window."""
        return (self.n_fft / 4) ** 2

    @property
    def floor(self) -> float:
        """What is added to every power."""
        return self.reference * 10 ** (-self.range_db / 10)

    def frames(self, n_samples: int) -> int:
        """Return how many frames a waveform has."""
        return 1 + n_samples // self.hop_length


def mel_filters(settings: MelSettings, pitch_ratio: float = 1.0) -> NDArray[np.float64]:
    """Return the share of each transform bin in each band, [n_mels, n_fft // 2 + 1].

    With a `pitch_ratio` the bands hear every bin at that multiple of its frequency: the sound, shifted in pitch.
    """
    highest = _mel(np.array([settings.sample_rate / 2]))[0]
    edges = _hz(np.linspace(0, highest, settings.n_mels + 2))
    bins = np.linspace(0, settings.sample_rate / 2, settings.n_fft // 2 + 1) * pitch_ratio
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling))


def window(settings: MelSettings) -> NDArray[np.float64]:
    """Return the periodic Hann window [n_fft]."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(settings.n_fft) / settings.n_fft)


def log_mel(waveform: NDArray[np.float32], settings: MelSettings | None = None) -> LogMel:
    """Return the log-mel spectrogram [n_mels, 1 + samples // hop_length] of a waveform [samples].

    Raises:
        InputError: when the waveform is no longer than half a window, which cannot be mirrored.
    """
    settings = settings or MelSettings()
    refuse_too_short(len(waveform), settings)
    padded = np.pad(np.asarray(waveform, dtype=np.float64), settings.n_fft // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, settings.n_fft)[:: settings.hop_length]
    filters, shape = mel_filters(settings).T, window(settings)
    parts = [
        np.square(np.abs(np.fft.rfft(frames[start : start + _FRAMES_TOGETHER] * shape, axis=1))) @ filters
        for start in range(0, len(frames), _FRAMES_TOGETHER)
    ]
    return compress(np.concatenate(parts).T, settings)


def refuse_too_short(n_samples: int, settings: MelSettings) -> None:
    """Make sure that the ends of a waveform can be mirrored.

    Raises:
        InputError: when they cannot.
    """
    if n_samples <= settings.n_fft // 2:
        raise InputError(f"{n_samples} samples are too short for n_fft {settings.n_fft}; give more than half of it")


def compress(power: NDArray[np.float64], settings: MelSettings) -> LogMel:
    """Return the values of mel powers: 0 for none, 1 for the reference."""
    scaled = np.log10((power + settings.floor) / settings.floor) / np.log10(1 + settings.reference / settings.floor)
    return np.asarray(scaled, dtype=np.float32)


def decompress(values: LogMel, settings: MelSettings) -> NDArray[np.float64]:
    """Return the mel powers of values; those below 0 are silence."""
    exponent = np.maximum(values, 0).astype(np.float64) * np.log1p(settings.reference / settings.floor)
    return np.asarray(settings.floor * np.expm1(exponent))


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BREAK_MEL + _MEL_PER_LOG * np.log(np.maximum(hz, _BREAK_HZ) / _BREAK_HZ)
    return np.where(hz < _BREAK_HZ, hz * _BREAK_MEL / _BREAK_HZ, above)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BREAK_HZ * np.exp((np.maximum(mel, _BREAK_MEL) - _BREAK_MEL) / _MEL_PER_LOG)
    return np.where(mel < _BREAK_MEL, mel * _BREAK_HZ / _BREAK_MEL, above)
