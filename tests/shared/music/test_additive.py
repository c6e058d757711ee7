"""The NumPy synthesizer: pitch, stereo, decay, drums, and the same samples every time."""

import numpy as np
import pytest

from shared.music.additive import Voice, pitch_hz, render
from shared.music.timbres import DRUMS, FAMILIES, timbre_of

RATE = 22_050


def _note(pitch: int = 60, program: int = 0, **changes: object) -> Voice:
    values = {"velocity": 90, "onset_s": 0.1, "duration_s": 0.8, "is_drum": False, "level": 1.0, "pan": 0.0}
    return Voice(pitch=pitch, program=program, **{**values, **changes})  # type: ignore[arg-type]


def _level(sound: np.ndarray) -> float:
    return float(np.sqrt((sound**2).mean()))


def _peak_cents(sound: np.ndarray, pitch: int) -> float:
    """Return how far the strongest partial lies from a pitch, in cents."""
    mono = sound.mean(axis=1) * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(mono, 1 << 18))
    return float(1200 * np.log2(spectrum.argmax() * RATE / (1 << 18) / pitch_hz(pitch)))


@pytest.mark.parametrize("program", [*range(0, 128, 8), 4, 29, 32])
@pytest.mark.parametrize("pitch", [40, 60, 76])
def test_every_family_sounds_its_pitch(program: int, pitch: int) -> None:
    assert abs(_peak_cents(render([_note(pitch, program)], 1.2, RATE), pitch)) < 10


def test_a4_is_440_hz() -> None:
    assert (pitch_hz(69), pitch_hz(57)) == (440.0, 220.0)


def test_the_length_is_the_one_asked_for_and_late_notes_are_cut() -> None:
    sound = render([_note(), _note(onset_s=5.0)], 1.0, RATE)
    assert sound.shape == (RATE, 2)
    assert sound.dtype == np.float32


def test_nothing_sounds_before_the_first_note() -> None:
    sound = render([_note(onset_s=0.5)], 1.0, RATE)
    assert np.abs(sound[: int(0.5 * RATE)]).max() < 1e-6


def test_struck_strings_decay_and_bowed_ones_hold() -> None:
    def fall_db(program: int) -> float:
        sound = render([_note(60, program, duration_s=2.0)], 2.2, RATE)
        return 20 * np.log10(
            _level(sound[int(1.8 * RATE) : 2 * RATE]) / _level(sound[int(0.3 * RATE) : int(0.5 * RATE)])
        )

    assert fall_db(0) < -8
    assert abs(fall_db(48)) < 3


def test_released_notes_fall_silent() -> None:
    for program in range(0, 128, 8):
        sound = render([_note(60, program, duration_s=0.2)], 5.0, RATE)
        assert _level(sound[-RATE // 2 :]) < 1e-3 * _level(sound[: RATE // 2]), program


def test_louder_strokes_and_panned_tracks() -> None:
    soft, loud = (_level(render([_note(velocity=velocity)], 1.0, RATE)) for velocity in (40, 80))
    assert loud / soft == pytest.approx(4, rel=0.01)
    left = render([_note(pan=-1.0)], 1.0, RATE)
    assert _level(left[:, 0]) > 4 * _level(left[:, 1])


@pytest.mark.parametrize("pitch", sorted(DRUMS))
def test_every_drum_is_heard_and_ends(pitch: int) -> None:
    sound = render([_note(pitch, is_drum=True, duration_s=0.1)], 8.0, RATE)
    assert 0.02 < np.abs(sound).max() < 2
    assert _level(sound[-RATE:]) < 1e-4


def test_the_kick_is_low_and_the_hat_is_high() -> None:
    def centroid_hz(pitch: int) -> float:
        power = np.abs(np.fft.rfft(render([_note(pitch, is_drum=True)], 1.0, RATE).mean(axis=1))) ** 2
        return float((np.fft.rfftfreq(RATE, 1 / RATE) * power).sum() / power.sum())

    assert centroid_hz(36) < 300 < 1000 < centroid_hz(38) < centroid_hz(42)


def test_high_notes_do_not_alias() -> None:
    mono = render([_note(108, 80, duration_s=0.9)], 1.0, 16_000)[:, 0]
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono))))
    below = spectrum[: int(0.9 * pitch_hz(108))].max()
    assert below < 0.02 * spectrum.max()


def test_the_same_notes_give_the_same_samples() -> None:
    notes = [_note(), _note(38, is_drum=True)]
    assert np.array_equal(render(notes, 1.0, RATE), render(notes, 1.0, RATE))


def test_there_is_a_timbre_for_every_program() -> None:
    assert len(FAMILIES) == 16
    assert all(timbre_of(program).release_s > 0 for program in range(128))
