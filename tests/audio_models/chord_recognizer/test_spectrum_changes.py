"""Augmentation moves what it says and leaves the rest alone."""

from __future__ import annotations

import numpy as np
import pytest

from audio_models.chord_recognizer.spectrum_changes import hide, smooth_gain_db, tilt, transpose
from shared.audio.features import LogFrequencySettings

SETTINGS = LogFrequencySettings()


def _features(frames: int = 20) -> np.ndarray:
    return np.random.default_rng(0).random((frames, SETTINGS.n_bins), dtype=np.float32)


@pytest.mark.parametrize("semitones", [-5, 0, 6])
def test_transposing_moves_whole_semitones_and_lets_silence_in(semitones: int) -> None:
    features = _features()
    moved, bins = transpose(features, semitones, SETTINGS), 3 * semitones
    low, high = max(0, bins), SETTINGS.n_bins + min(0, bins)
    np.testing.assert_array_equal(moved[:, low:high], features[:, low - bins : high - bins])
    assert not moved[:, :low].any()
    assert not moved[:, high:].any()


def test_no_gain_changes_nothing_and_silence_stays_silent() -> None:
    features = _features()
    features[:, 100] = 0
    np.testing.assert_allclose(tilt(features, np.zeros(SETTINGS.n_bins), SETTINGS), features, atol=1e-6)
    assert not tilt(features, np.full(SETTINGS.n_bins, 6.0), SETTINGS)[:, 100].any()


def test_a_gain_of_20_db_is_ten_times_the_magnitude() -> None:
    magnitude = np.full((1, SETTINGS.n_bins), 0.05, dtype=np.float32)
    compressed = np.log1p(SETTINGS.scale * magnitude) / np.log1p(SETTINGS.scale)
    louder = np.log1p(SETTINGS.scale * 10 * magnitude) / np.log1p(SETTINGS.scale)
    np.testing.assert_allclose(tilt(compressed, np.full(SETTINGS.n_bins, 20.0), SETTINGS), louder, rtol=1e-5)


def test_gains_change_slowly_and_stay_within_bounds() -> None:
    gain = smooth_gain_db(252, 6.0, np.random.default_rng(1))
    assert np.abs(gain).max() <= 6
    assert np.abs(np.diff(gain)).max() <= 12 / (251 / 4) + 1e-9


def test_masks_silence_stripes_only() -> None:
    features = _features(100) + 0.1
    hidden = hide(features, 2, np.random.default_rng(3))
    changed = hidden != features
    assert changed.any()
    assert not hidden[changed].any()
    rows, columns = changed.all(axis=1), changed.all(axis=0)
    np.testing.assert_array_equal(changed, rows[:, None] | columns[None])
    np.testing.assert_array_equal(hide(features, 0, np.random.default_rng(3)), features)
