"""The feature against what is known: pure tones, clicks, mirrored time, another library's transform."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shared.audio.features import (
    LogFrequencySettings,
    compress,
    frame_times_s,
    half_band_low_pass,
    log_frequency,
    magnitudes,
    octave_kernels,
)
from shared.errors import InputError
from shared.music.additive import pitch_hz
from tests.shared.audio.tones import RATE, noise, piano, sinusoid

SETTINGS = LogFrequencySettings()
HOP = SETTINGS.hop_length
C1 = 24  # MIDI pitch of bin 0


@pytest.mark.parametrize("n_samples", [1, HOP - 1, HOP, 10 * HOP + 1])
def test_frames_are_one_more_than_whole_hops_and_values_stay_in_range(n_samples: int) -> None:
    features = log_frequency(noise(n_samples))
    assert features.shape == (1 + n_samples // HOP, 252)
    assert features.dtype == np.float32
    assert features.min() >= 0
    assert 0.2 < features.max() <= 1


def test_bins_lie_on_semitones_and_frames_on_hops() -> None:
    assert SETTINGS.frequencies_hz[::3] == pytest.approx([pitch_hz(C1 + step) for step in range(84)])
    assert frame_times_s(3).tolist() == pytest.approx([0, 4096 / 44100, 8192 / 44100])


def test_windows_and_look_ahead_are_as_short_as_promised() -> None:
    assert 0.74 < SETTINGS.windows_s.max() < 0.75
    assert SETTINGS.reach_s < 0.48
    assert SETTINGS.margin >= SETTINGS.reach_s * RATE
    assert sum(kernels.nbytes for kernels in octave_kernels(SETTINGS)) < 1_000_000


@pytest.mark.parametrize("octave", range(7))
def test_every_semitone_peaks_in_its_own_bin_with_its_amplitude(octave: int) -> None:
    for step in range(12 * octave, 12 * octave + 12):
        frames = magnitudes(sinusoid(pitch_hz(C1 + step), amplitude=0.5), SETTINGS)
        middle = frames[len(frames) // 2]
        assert middle.argmax() == 3 * step
        assert middle.max() == pytest.approx(0.5, rel=2e-3)


def test_the_low_pass_is_flat_below_and_60_db_down_above() -> None:
    low_pass = half_band_low_pass()
    assert np.array_equal(low_pass, low_pass[::-1])
    gains = np.abs(np.fft.rfft(low_pass, 4096))
    frequencies = np.arange(len(gains)) / 4096
    edge = SETTINGS.frequencies_hz[-1] * 1.02 / (RATE / 2)  # the highest bin, relative to the last filter's input
    assert np.abs(20 * np.log10(gains[frequencies <= edge])).max() < 0.01
    assert 20 * np.log10(gains[frequencies >= 0.5 - edge]).max() < -60


def test_no_tone_is_heard_an_octave_away() -> None:
    for frequency_hz in [40.0, 300.0, 1_234.0, 3_000.0, *np.geomspace(5_000, 21_000, 16)]:
        frames = magnitudes(sinusoid(frequency_hz, 0.9), SETTINGS)
        elsewhere = np.abs(np.log2(SETTINGS.frequencies_hz / frequency_hz)) >= (1 if frequency_hz < 4000 else 0)
        # The middle: where a tone begins and ends it is no pure tone.
        assert frames[5, elsewhere].max() < 1e-3, frequency_hz


def test_a_click_is_centred_on_its_frame_in_every_octave() -> None:
    click = np.zeros(20 * HOP, dtype=np.float32)
    click[10 * HOP] = 1
    octaves = magnitudes(click, SETTINGS).reshape(-1, 7, 36)
    for away in range(1, 6):
        assert octaves[10 + away] == pytest.approx(octaves[10 - away], abs=1e-7)
    assert (octaves.argmax(axis=0) == 10).all()
    # A Hann window of L samples has its peak at 2 / L of its sum, and a real sinusoid's half is doubled.
    assert octaves[10].ravel() == pytest.approx(4 / (SETTINGS.windows_s * RATE), rel=5e-3)
    # From C4 up a click is over before the next frame, in the bass after half a window.
    assert octaves[11, 3:].max() < 1e-9 < octaves[11, 2].max()
    assert octaves[10 + math.ceil(SETTINGS.windows_s.max() / 2 * RATE / HOP) + 1].max() < 1e-4 * octaves[10].max()


def test_onset_and_mirrored_time() -> None:
    # The beginning of a tone stands at its frame: half of it is heard there.
    tone = np.concatenate([np.zeros(8 * HOP, dtype=np.float32), sinusoid(pitch_hz(60), 1.0)])
    heard = magnitudes(tone, SETTINGS)[:, 3 * (60 - C1)]
    assert heard[8] == pytest.approx(0.5, abs=0.01)
    assert heard[6] < 0.01
    assert heard[10] == pytest.approx(1.0, abs=0.01)
    sound = piano([40, 55, 64, 83, 98])[: 12 * HOP + 1]
    assert magnitudes(sound[::-1], SETTINGS) == pytest.approx(magnitudes(sound, SETTINGS)[::-1], abs=1e-6)


def test_a_piece_with_its_margin_is_heard_as_in_the_whole() -> None:
    whole = piano([36, 52, 67, 88], duration_s=4.0)
    margin = SETTINGS.margin // HOP
    piece = whole[(20 - margin) * HOP : (24 + margin) * HOP]
    expected = magnitudes(whole, SETTINGS)[20:24]
    assert magnitudes(piece, SETTINGS)[margin : margin + 4] == pytest.approx(expected, abs=1e-7)


def test_loudness_makes_no_difference_and_silence_is_nothing() -> None:
    sound = piano([48, 60, 64, 67])
    assert log_frequency(np.float32(0.02) * sound) == pytest.approx(log_frequency(sound), abs=1e-5)
    assert not log_frequency(np.zeros(3 * HOP, dtype=np.float32)).any()
    # The noise of a 16-bit recording at rest is not blown up to music.
    assert log_frequency(noise(3 * HOP, level=1e-5)).max() < 0.1


def test_the_level_is_that_of_the_loudest_frame_of_the_last_seconds() -> None:
    settings = LogFrequencySettings(level_s=2 * HOP / RATE)
    assert settings.level_frames == 3
    planted = np.zeros((5, 252), dtype=np.float32)
    planted[:, 7] = [0.5, 1.0, 0.1, 0.1, 0.1]
    relative = np.array([1.0, 1.0, 0.1, 0.1, 1.0])
    expected = np.log1p(settings.scale * relative) / np.log1p(settings.scale)
    assert compress(planted, settings)[:, 7] == pytest.approx(expected)
    assert not compress(planted, settings)[:, 8].any()


@pytest.mark.filterwarnings("ignore:n_fft=.* is too large for input signal")
def test_it_agrees_with_the_variable_q_transform_of_librosa() -> None:
    import librosa

    chord = np.concatenate([piano([36, 55, 64, 72, 79]), piano([41, 57, 60, 77, 89])])
    ours = magnitudes(chord, SETTINGS)
    theirs = librosa.vqt(
        chord, sr=RATE, hop_length=HOP, fmin=SETTINGS.fmin_hz, n_bins=252, bins_per_octave=36,
        gamma=SETTINGS.gamma_hz, norm=1, sparsity=0,
    ).T  # fmt: skip
    expected = 2 * np.abs(theirs) / np.sqrt(SETTINGS.windows_s * RATE)
    for octave in range(7):
        bins, frames = slice(36 * octave, 36 * octave + 36), slice(2, -2)
        assert np.corrcoef(ours[frames, bins].ravel(), expected[frames, bins].ravel())[0, 1] > 0.999, octave
        assert np.abs(ours - expected)[frames, bins].max() < 0.02 * expected[frames, bins].max(), octave


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bins_per_octave": 30}, "30 bins per octave do not fall on semitones"),
        ({"octaves": 10}, "10 octaves from 32.7 Hz exceed 44100 Hz"),
        ({"hop_length": 4410}, "a hop of 4410 cannot be halved 8 times"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        LogFrequencySettings(**changes)  # type: ignore[arg-type]
