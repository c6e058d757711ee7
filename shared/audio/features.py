"""A log-frequency spectrogram in NumPy, to which every other implementation must agree.

    features = log_frequency(read_audio("song.mp3"))        # [frames, 252], 0..1

A variable-Q transform (Schörkhuber et al. 2014): 36 bins per octave from C1, each a Hann-windowed complex
exponential whose bandwidth is `alpha * frequency + gamma`. Frame t is centred on sample t * hop_length, and the
waveform lies in infinite silence, so that a recording heard in pieces gives the same frames as one heard at once.

Octaves are equal but for their sample rate: the waveform is halved in rate again and again, and each octave is
read with short kernels at the lowest rate that carries it. Above C5 windows are shorter than the hop, and what lies
between them is not heard; averaging several readings per frame was tried and recognised no chord more.

Loudness: magnitudes are divided by that of the loudest of the frames in the last `level_s` seconds, so the features
of a recording and of the same recording played softer are equal. The level looks back only, as a stream must; it
is a maximum, not a mean, so that an onset after a rest is not magnified; and it reaches over several beats, so that
drums do not modulate the chord beneath them. What stays below `level_floor` counts as silence and stays small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

A4_HZ = 440.0
C1_HZ = A4_HZ * 2.0 ** (-45 / 12)
# Of a half-band filter's output rate: what lies above folds back, or is attenuated.
_USABLE = 0.38
_LOW_PASS_TAPS, _LOW_PASS_BETA = 35, 6.4

Features = NDArray[np.float32]


@dataclass(frozen=True)
class LogFrequencySettings:
    """Every number of the feature.

    Attributes:
        sample_rate: of the waveform, in Hz.
        hop_length: from frame to frame, in samples: 92.9 ms.
        bins_per_octave: a multiple of 12; bin 0 of each octave is C in A440.
        octaves: how many, from `fmin_hz` up.
        fmin_hz: frequency of bin 0, C1.
        gamma_hz: what the bandwidth has above constant Q; 0.704 keeps the longest window at 0.75 s.
        scale: magnitudes relative to the level are compressed as log(1 + scale * m): a range of 40 dB. More lifts
            the noise between the notes: at 5 dB of noise, 60 dB recognised fewer chords and 80 dB far fewer.
        level_s: how far the level looks back, in seconds.
        level_floor: lowest level, as a root of summed squared magnitudes (a full-scale sinusoid has about 1.2).
    """

    sample_rate: int = 44_100
    hop_length: int = 4096
    bins_per_octave: int = 36
    octaves: int = 7
    fmin_hz: float = C1_HZ
    gamma_hz: float = 0.704
    scale: float = 100.0
    level_s: float = 4.0
    level_floor: float = 1e-3

    def __post_init__(self) -> None:
        """Hold the settings to what the octave-wise computation can do.

        Raises:
            InputError: when bins do not fall on semitones or the rates do not fit.
        """
        if self.bins_per_octave % 12 or self.octaves < 1:
            raise InputError(f"{self.bins_per_octave} bins per octave do not fall on semitones; take a multiple of 12")
        if self.halvings(self.octaves - 1) < 0:
            raise InputError(f"{self.octaves} octaves from {self.fmin_hz:.1f} Hz exceed {self.sample_rate} Hz")
        if self.hop_length % (1 << self.halvings(0)):
            raise InputError(f"a hop of {self.hop_length} cannot be halved {self.halvings(0)} times; take 4096")

    @property
    def n_bins(self) -> int:
        """Bins of a frame."""
        return self.bins_per_octave * self.octaves

    @property
    def bins_per_semitone(self) -> int:
        """Bins of a semitone."""
        return self.bins_per_octave // 12

    @cached_property
    def frequencies_hz(self) -> NDArray[np.float64]:
        """Centre of each bin, [n_bins]."""
        return self.fmin_hz * np.exp2(np.arange(self.n_bins) / self.bins_per_octave)

    @cached_property
    def windows_s(self) -> NDArray[np.float64]:
        """Length of each bin's window, [n_bins], the inverse of its bandwidth in Hz."""
        ratio = 2.0 ** (2 / self.bins_per_octave)
        alpha = (ratio - 1) / (ratio + 1)  # as librosa: half the distance of a bin's neighbours, relative
        return np.asarray(1 / (alpha * self.frequencies_hz + self.gamma_hz), dtype=np.float64)

    @property
    def level_frames(self) -> int:
        """How many frames, the present one included, the level looks at."""
        return 1 + round(self.level_s * self.sample_rate / self.hop_length)

    @property
    def reach_s(self) -> float:
        """How far a frame hears to either side: half the longest window and the delays of the low-pass filters.

        This is the look-ahead that a stream has to wait for.
        """
        delay = (_LOW_PASS_TAPS // 2) * ((1 << self.halvings(0)) - 1)
        return float(self.windows_s.max()) / 2 + delay / self.sample_rate

    @property
    def margin(self) -> int:
        """Silence before the first and after the last frame's centre, in samples: the reach, in whole hops."""
        return self.hop_length * math.ceil(self.reach_s * self.sample_rate / self.hop_length)

    def halvings(self, octave: int) -> int:
        """Return how often the rate is halved for an octave (0 = the lowest)."""
        highest_hz = self.fmin_hz * 2.0 ** (octave + 1 - 1 / self.bins_per_octave)
        return math.floor(math.log2(_USABLE * self.sample_rate / highest_hz))


def half_band_low_pass() -> NDArray[np.float64]:
    """Return the linear-phase filter [taps] before a halving of the rate, its centre in the middle.

    Up to 0.19 of the input rate, where the highest bin of an octave lies, it is flat to 0.01 dB; what would fold onto
    it, from 0.31 on, is 65 dB down.
    """
    from scipy.signal import firwin

    return np.asarray(firwin(_LOW_PASS_TAPS, 0.5, window=("kaiser", _LOW_PASS_BETA)), dtype=np.float64)


def octave_kernels(settings: LogFrequencySettings) -> list[NDArray[np.complex128]]:
    """Return the kernels of each octave, lowest first, [bins_per_octave, taps] at the octave's own rate.

    Taps are odd in number and centred. A sinusoid of amplitude 1 at a bin's centre has magnitude 1 there.
    """
    return [_kernels(settings, octave) for octave in range(settings.octaves)]


def _kernels(settings: LogFrequencySettings, octave: int) -> NDArray[np.complex128]:
    bins = slice(octave * settings.bins_per_octave, (octave + 1) * settings.bins_per_octave)
    rate = settings.sample_rate / 2 ** settings.halvings(octave)
    lengths = settings.windows_s[bins, None] * rate
    half = int(lengths.max() / 2)
    time = np.arange(-half, half + 1)
    # Sampled from the continuous window, whose length need be no whole number.
    windows = np.where(np.abs(time) < lengths / 2, 1 + np.cos(2 * np.pi * time / lengths), 0)
    windows *= 2 / windows.sum(axis=1, keepdims=True)  # 2: a real sinusoid has half its amplitude at +f
    return np.asarray(windows * np.exp(-2j * np.pi * settings.frequencies_hz[bins, None] * time / rate))


def log_frequency(waveform: NDArray[np.float32], settings: LogFrequencySettings | None = None) -> Features:
    """Return the features of a waveform [samples]: [1 + samples // hop_length, n_bins], in 0..1."""
    settings = settings or LogFrequencySettings()
    return compress(magnitudes(waveform, settings), settings)


def magnitudes(waveform: NDArray[np.float32], settings: LogFrequencySettings) -> Features:
    """Return amplitudes [frames, n_bins]: 1 for a full-scale sinusoid at the centre of its bin."""
    n_frames = 1 + len(waveform) // settings.hop_length
    margin = settings.margin
    signal = np.zeros(margin + n_frames * settings.hop_length + margin, dtype=np.float32)
    signal[margin : margin + len(waveform)] = waveform
    frames = np.empty((n_frames, settings.n_bins), dtype=np.float32)
    halvings = 0
    for octave, kernels in reversed(list(enumerate(octave_kernels(settings)))):
        while halvings < settings.halvings(octave):
            signal, halvings = _halved(signal), halvings + 1
        windows = np.lib.stride_tricks.sliding_window_view(signal, kernels.shape[1])
        first = (margin >> halvings) - kernels.shape[1] // 2
        heard = windows[first :: settings.hop_length >> halvings][:n_frames]
        bins = slice(octave * settings.bins_per_octave, (octave + 1) * settings.bins_per_octave)
        real, imaginary = (heard @ part.astype(np.float32).T for part in (kernels.real, kernels.imag))
        frames[:, bins] = np.sqrt(real**2 + imaginary**2)
    return frames


def _halved(signal: Features) -> Features:
    """Return every second sample [ceil(samples / 2)] of the low-passed signal; the first stays the first."""
    from scipy.signal import upfirdn

    low_pass = half_band_low_pass()
    # One zero in front makes the delay even: 18 samples before, 9 after the halving.
    delayed = np.concatenate([[0.0], low_pass]).astype(np.float32)
    delay = (len(low_pass) // 2 + 1) // 2
    return np.asarray(upfirdn(delayed, signal, 1, 2)[delay : delay + (len(signal) + 1) // 2], dtype=np.float32)


def compress(amplitudes: Features, settings: LogFrequencySettings) -> Features:
    """Return log(1 + scale * amplitude / level) / log(1 + scale) of [frames, n_bins], in 0..1."""
    norms = np.sqrt((amplitudes**2).sum(axis=1))
    history = np.concatenate([np.zeros(settings.level_frames - 1, dtype=np.float32), norms])
    levels = np.lib.stride_tricks.sliding_window_view(history, settings.level_frames).max(axis=1)
    relative = amplitudes / np.maximum(levels, settings.level_floor)[:, None]
    return np.asarray(np.log1p(settings.scale * relative) / math.log1p(settings.scale), dtype=np.float32)


def frame_times_s(n_frames: int, settings: LogFrequencySettings | None = None) -> NDArray[np.float64]:
    """Return the time of each frame's centre, [n_frames] in seconds."""
    settings = settings or LogFrequencySettings()
    return np.arange(n_frames, dtype=np.float64) * (settings.hop_length / settings.sample_rate)
