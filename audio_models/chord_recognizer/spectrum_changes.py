"""Changes of a log-frequency spectrogram that leave its chords alone, or move them: augmentation in training.

Rolling the bins equals shifting the pitch of the audio, at no cost. All take and give features [frames, bins] of
`shared.audio.features`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.audio.features import Features, LogFrequencySettings

_LONGEST_MASK = {"frames": 12, "bins": 15}


def transpose(features: Features, semitones: int, settings: LogFrequencySettings) -> Features:
    """Return the features of the same music `semitones` higher; what comes in from beyond the edge is silence."""
    bins = semitones * settings.bins_per_semitone
    moved = np.zeros_like(features)
    if bins >= 0:
        moved[:, bins:] = features[:, : features.shape[1] - bins]
    else:
        moved[:, :bins] = features[:, -bins:]
    return moved


def tilt(features: Features, gain_db: NDArray[np.floating], settings: LogFrequencySettings) -> Features:
    """Return the features after a gain per bin [bins], in dB, as an equaliser or another microphone gives it."""
    most = np.log1p(settings.scale)
    magnitudes = np.expm1(features * most) * (10.0 ** (gain_db / 20.0)).astype(np.float32)
    return np.asarray(np.log1p(magnitudes) / most, dtype=np.float32)


def smooth_gain_db(bins: int, largest_db: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a gain per bin [bins] that changes slowly: straight lines between five points."""
    points = rng.uniform(-largest_db, largest_db, 5)
    return np.interp(np.linspace(0, 4, bins), np.arange(5), points)


def hide(features: Features, masks: int, rng: np.random.Generator) -> Features:
    """Return the features with stripes of time and of frequency silenced (SpecAugment, Park et al. 2019)."""
    hidden = features.copy()
    for axis, longest in enumerate(_LONGEST_MASK.values()):
        for _ in range(masks):
            width = int(rng.integers(0, longest + 1))
            first = int(rng.integers(0, max(1, features.shape[axis] - width)))
            stripe = [slice(None), slice(None)]
            stripe[axis] = slice(first, first + width)
            hidden[tuple(stripe)] = 0.0
    return hidden
