"""The multi-resolution STFT distance: nothing for the same, known numbers for another level, no phases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.spectral import multi_resolution_stft

SOUND = np.random.default_rng(0).standard_normal(8000) * 0.1


def test_the_same_sound_is_no_distance_away() -> None:
    assert multi_resolution_stft(SOUND, SOUND) == 0.0
    assert multi_resolution_stft(-SOUND, SOUND) == pytest.approx(0.0, abs=1e-12)


def test_half_the_level_is_half_a_convergence_and_the_logarithm_of_two() -> None:
    assert multi_resolution_stft(0.5 * SOUND, SOUND) == pytest.approx(0.5 + math.log(2), rel=1e-3)


def test_more_noise_is_farther_away() -> None:
    noise = np.random.default_rng(1).standard_normal(8000)
    distances = [multi_resolution_stft(SOUND + level * noise, SOUND) for level in (0.001, 0.01, 0.1)]
    assert distances == sorted(distances)


def test_sounds_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be compared"):
        multi_resolution_stft(SOUND[:-1], SOUND)
