"""The tuning of a recording, read from its log-frequency features, and its correction.

    features = shift_tuning(features, -estimate_tuning(features))

Orchestras, old tapes and pianos are rarely at A = 440 Hz. With several bins per semitone, a tone off by a fraction
of a semitone puts its energy beside the bins of the semitones, always to the same side: the phase of
sum over bins of energy[bin] * exp(2 pi i bin / bins_per_semitone) says how far. Energy, not magnitude: the overtones,
of which the fifth lies 14 and the seventh 31 cents below the scale, then weigh little.
"""

from __future__ import annotations

import math

import numpy as np

from shared.audio.features import Features, LogFrequencySettings


def estimate_tuning(features: Features, settings: LogFrequencySettings | None = None) -> float:
    """Return how far above A = 440 Hz a recording is tuned, in semitones in [-0.5, 0.5).

    Args:
        features: of the whole recording, [frames, n_bins]; silence has tuning 0.
        settings: of the features.
    """
    settings = settings or LogFrequencySettings()
    energy = np.expm1(features.astype(np.float64) * math.log1p(settings.scale)) ** 2
    turns = np.arange(settings.n_bins) / settings.bins_per_semitone
    phasor = (energy.sum(axis=0) * np.exp(2j * np.pi * turns)).sum()
    tuning = float(np.angle(phasor)) / (2 * math.pi)
    return -0.5 if tuning >= 0.5 else tuning


def shift_tuning(features: Features, semitones: float, settings: LogFrequencySettings | None = None) -> Features:
    """Return features [frames, n_bins] moved up by a fraction of semitones, by linear interpolation between bins.

    What comes in from beyond either end is silence.
    """
    settings = settings or LogFrequencySettings()
    sources = np.arange(settings.n_bins) - semitones * settings.bins_per_semitone
    below = np.floor(sources).astype(int)
    above_share = np.asarray(sources - below, dtype=np.float32)
    # Two silent bins, one below and one above, stand for everything outside.
    framed = np.pad(features, ((0, 0), (1, 1)))
    lower, upper = (framed[:, np.clip(index + 1, 0, settings.n_bins + 1)] for index in (below, below + 1))
    return np.asarray(lower * (1 - above_share) + upper * above_share, dtype=np.float32)
