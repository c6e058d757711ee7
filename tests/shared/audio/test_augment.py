"""Augmentation: nothing at no strength, what was asked for at another, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.audio.augment import (
    OCTAVE_BANDS_HZ,
    band_limit,
    detune,
    equalise,
    gain,
    mix_at_snr,
    random_gains_db,
    reverberate,
)
from tests.shared.audio.tones import RATE, noise, sinusoid

MUSIC, RAIN = noise(2 * RATE, seed=1), noise(RATE // 2, level=0.3, seed=2)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def level_db(sound: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64))))


Change = Callable[[NDArray[np.float32]], NDArray[np.float32]]
WITHOUT_STRENGTH: dict[str, Change] = {
    "gain": lambda sound: gain(sound, 0.0),
    "noise": lambda sound: mix_at_snr(sound, RAIN, np.inf, generator()),
    "equaliser": lambda sound: equalise(sound, np.zeros(10)),
    "room": lambda sound: reverberate(sound, 1.0, 0.0, generator()),
    "no time": lambda sound: reverberate(sound, 0.0, 1.0, generator()),
    "detuning": lambda sound: detune(sound, 0.0)[0],
    "band": lambda sound: band_limit(sound, 0.0, RATE / 2),
}
WITH_STRENGTH: dict[str, Change] = {
    "gain": lambda sound: gain(sound, -7.0),
    "noise": lambda sound: mix_at_snr(sound, RAIN, 5.0, generator()),
    "equaliser": lambda sound: equalise(sound, random_gains_db(generator(), 6.0)),
    "room": lambda sound: reverberate(sound, 1.0, 0.5, generator()),
    "band": lambda sound: band_limit(sound, 200.0, 3_000.0),
}


@pytest.mark.parametrize("change", WITHOUT_STRENGTH)
def test_without_strength_nothing_changes(change: str) -> None:
    assert np.array_equal(WITHOUT_STRENGTH[change](MUSIC), MUSIC)


@pytest.mark.parametrize("change", WITH_STRENGTH)
def test_length_and_type_stay_and_the_same_seed_gives_the_same_sound(change: str) -> None:
    before = MUSIC.copy()
    first, again = WITH_STRENGTH[change](MUSIC), WITH_STRENGTH[change](MUSIC)
    assert (first.shape, first.dtype) == (MUSIC.shape, np.float32)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, MUSIC)
    assert np.array_equal(MUSIC, before)


def test_gain_is_in_decibels() -> None:
    assert gain(MUSIC, -20.0) == pytest.approx(0.1 * MUSIC, rel=1e-6)


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 20.0])
def test_noise_lies_as_far_below_the_music_as_asked_and_goes_round(snr_db: float) -> None:
    laid = mix_at_snr(MUSIC, RAIN, snr_db, generator()) - MUSIC
    assert level_db(MUSIC) - level_db(laid) == pytest.approx(snr_db, abs=0.01)
    n_round = len(RAIN)
    assert laid[:n_round] == pytest.approx(laid[n_round : 2 * n_round], abs=1e-5)
    # It begins at a random place of the noise.
    other = mix_at_snr(MUSIC, RAIN, snr_db, generator(1)) - MUSIC
    assert abs(np.corrcoef(laid, other)[0, 1]) < 0.1


def test_longer_noise_is_cropped_and_silence_is_left_alone() -> None:
    assert len(mix_at_snr(RAIN, MUSIC, 3.0, generator())) == len(RAIN)
    silence = np.zeros(100, dtype=np.float32)
    assert not mix_at_snr(silence, RAIN, 0.0, generator()).any()
    assert np.array_equal(mix_at_snr(MUSIC, silence, 0.0, generator()), MUSIC)
    assert np.array_equal(mix_at_snr(MUSIC, silence[:0], 0.0, generator()), MUSIC)


def test_the_equaliser_has_its_gain_at_each_band_and_no_delay() -> None:
    gains = np.array([6.0, -6.0, 3.0, 0.0, -9.0, 9.0, -3.0, 6.0, -6.0, 0.0])
    for frequency_hz, gain_db in zip(OCTAVE_BANDS_HZ, gains, strict=True):
        tone = sinusoid(frequency_hz, amplitude=0.5)
        middle = slice(5_000, -5_000)
        changed = equalise(tone, gains)[middle]
        # The filter is as long as three periods of the lowest band, and smooths it.
        found_db, close_db = level_db(changed) - level_db(tone[middle]), 2.0 if frequency_hz < 100 else 0.6
        assert found_db == pytest.approx(gain_db, abs=close_db), frequency_hz
        assert np.corrcoef(changed, tone[middle])[0, 1] > 0.9999, frequency_hz


def test_random_gains_spread_as_asked_and_neighbours_move_together() -> None:
    drawn = np.stack([random_gains_db(generator(seed), 4.0) for seed in range(200)])
    assert drawn.mean(axis=1) == pytest.approx(0, abs=1e-9)
    assert drawn.std(axis=1) == pytest.approx(4.0)
    assert np.abs(np.diff(drawn)).mean() < 0.8 * np.abs(drawn[:, 5:] - drawn[:, :-5]).mean()


def test_a_band_is_kept_and_the_rest_is_40_db_down() -> None:
    for frequency_hz, stays in [(50, False), (400, True), (1_000, True), (2_500, True), (3_500, False), (9_000, False)]:
        middle = band_limit(sinusoid(frequency_hz), 200.0, 3_000.0)[2_000:-2_000]
        assert level_db(middle) == pytest.approx(-3.01, abs=0.3) if stays else level_db(middle) < -40, frequency_hz
    assert level_db(band_limit(sinusoid(100), 0.0, 3_000.0)[2_000:-2_000]) == pytest.approx(-3.01, abs=0.1)
    assert level_db(band_limit(sinusoid(9_000), 200.0, RATE)[2_000:-2_000]) == pytest.approx(-3.01, abs=0.1)


def test_a_room_answers_with_its_power_and_dies_away_in_its_time() -> None:
    click = np.zeros(3 * RATE, dtype=np.float32)
    click[100] = 1
    answer = reverberate(click, 1.0, 0.25, generator()) - click
    assert float((answer**2).sum()) == pytest.approx(0.25, rel=1e-3)
    assert np.abs(answer[:100]).max() < 1e-6
    tenth = RATE // 10
    early, late = (level_db(answer[start : start + tenth]) for start in (200, 200 + 8 * tenth))
    assert early - late == pytest.approx(0.8 * 60, abs=2)
    assert np.abs(answer[RATE + 200 :]).max() < 1e-6


@pytest.mark.parametrize("semitones", [-1.0, -0.5, 0.3, 1.0])
def test_detuning_moves_pitch_and_time_together(semitones: float) -> None:
    higher, factor = detune(sinusoid(440, duration_s=2.0), semitones)
    assert factor == pytest.approx(2 ** (-semitones / 12))
    assert len(higher) == pytest.approx(2 * RATE * factor, abs=1)
    expected = sinusoid(440 * 2 ** (semitones / 12), duration_s=1.5)
    assert np.abs(higher[: len(expected)] - expected)[1_000:-1_000].max() < 1e-3
