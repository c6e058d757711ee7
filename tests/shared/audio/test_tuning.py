"""Tuning: found within 5 cents wherever it lies, and corrected."""

from __future__ import annotations

import numpy as np
import pytest

from shared.audio.features import LogFrequencySettings, log_frequency
from shared.audio.tuning import estimate_tuning, shift_tuning
from tests.shared.audio.tones import RATE, noise, piano

CHORDS = {"bass": [33], "tenor": [45, 52], "triad": [60, 64, 67], "seventh": [55, 62, 65, 71], "treble": [84, 88]}


@pytest.mark.parametrize("chord", CHORDS)
@pytest.mark.parametrize("cents", [-45, -30, -10, 0, 17, 33, 45])
def test_detuned_notes_are_measured_within_5_cents(chord: str, cents: int) -> None:
    features = log_frequency(piano(CHORDS[chord], cents))
    assert 100 * estimate_tuning(features) == pytest.approx(cents, abs=5)


def test_noise_beside_the_notes_changes_little() -> None:
    sound = piano([48, 60, 64, 67], 28)
    features = log_frequency(sound + noise(len(sound), level=0.5 * float(sound.std())))
    assert 100 * estimate_tuning(features) == pytest.approx(28, abs=5)


def test_silence_is_in_tune_and_a_quarter_tone_is_the_lower_end() -> None:
    silence = np.zeros((4, 252), dtype=np.float32)
    assert estimate_tuning(silence) == 0
    # Equal energy one and two bins above each semitone is the middle between two semitones.
    quarter = silence.copy()
    quarter[:, 1::3] = quarter[:, 2::3] = 0.5
    assert abs(estimate_tuning(quarter)) == pytest.approx(0.5)
    assert -0.5 <= estimate_tuning(quarter) < 0.5


def test_a_shift_interpolates_between_bins_and_lets_silence_in() -> None:
    spectrum = np.zeros((1, 252), dtype=np.float32)
    spectrum[0, [0, 100, 251]] = [1.0, 0.8, 0.6]
    up = shift_tuning(spectrum, 0.25)[0]  # three quarters of a bin
    assert up[[0, 1, 100, 101, 251]] == pytest.approx([0.25, 0.75, 0.2, 0.6, 0.15])
    assert up.sum() == pytest.approx(1.0 + 0.8 + 0.15)
    down = shift_tuning(spectrum, -1 / 3)[0]  # one whole bin
    assert np.flatnonzero(down > 1e-6).tolist() == [99, 250]
    assert np.array_equal(shift_tuning(spectrum, 0.0), spectrum)
    assert not shift_tuning(spectrum, 100.0).any()


@pytest.mark.parametrize("cents", [-40, 25])
def test_after_the_correction_a_detuned_chord_is_the_chord_in_tune(cents: int) -> None:
    detuned, wanted = (log_frequency(piano([48, 60, 64, 67], offset)) for offset in (cents, 0))
    corrected = shift_tuning(detuned, -estimate_tuning(detuned))
    assert abs(100 * estimate_tuning(corrected)) < 5
    # The mean distance falls to a fraction; the rest is the interpolation's blur.
    assert np.abs(corrected - wanted).mean() < 0.4 * np.abs(detuned - wanted).mean()


def test_other_resolutions_are_measured_too() -> None:
    settings = LogFrequencySettings(bins_per_octave=60)
    features = log_frequency(piano([60, 64, 67], -22), settings)
    assert 100 * estimate_tuning(features, settings) == pytest.approx(-22, abs=5)


def test_a_real_recording_played_30_cents_higher_is_30_cents_higher(consort_data) -> None:
    import soxr

    from shared.audio.io import read_audio

    path = consort_data / "librosa-examples" / "147793__setuniman__sweet-waltz-0i-22mi.ogg"
    waveform = read_audio(path)[: 10 * RATE]
    higher = soxr.resample(waveform, 2 ** (0.3 / 12), 1.0)
    before, after = (estimate_tuning(log_frequency(sound)) for sound in (waveform, higher))
    assert 100 * (after - before) == pytest.approx(30, abs=3)
