"""Sounds whose content is known: sinusoids, clicks, notes like a piano's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.music.additive import pitch_hz

RATE = 44_100


def sinusoid(frequency_hz: float, duration_s: float = 1.0, amplitude: float = 1.0) -> NDArray[np.float32]:
    """Return a sinusoid [samples]."""
    time_s = np.arange(round(duration_s * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def piano(pitches: list[int], cents: float = 0.0, duration_s: float = 1.5) -> NDArray[np.float32]:
    """Return decaying notes [samples] with slightly stretched overtones, all `cents` off A = 440 Hz."""
    time_s = np.arange(round(duration_s * RATE)) / RATE
    sound = np.zeros(len(time_s))
    for pitch in pitches:
        fundamental_hz = pitch_hz(pitch + cents / 100)
        for order in range(1, 9):
            frequency_hz = fundamental_hz * order * np.sqrt(1 + 2e-4 * order**2)
            partial = np.sin(2 * np.pi * frequency_hz * time_s + order) / order**1.2
            sound += partial * np.exp(-time_s * (1 + 0.3 * order)) * (frequency_hz < RATE / 2)
    return (0.1 * sound).astype(np.float32)


def noise(n_samples: int, level: float = 0.1, seed: int = 0) -> NDArray[np.float32]:
    """Return white noise [samples]."""
    return (level * np.random.default_rng(seed).standard_normal(n_samples)).astype(np.float32)
