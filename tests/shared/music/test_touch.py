"""The human touch: small, seeded, and never a stuck note."""

import pytest

from shared.music.score import Note
from shared.music.touch import LATEST_S, Setting, Written, dynamics, perform, release_repeats

SETTING = Setting(120.0, "4/4", 4.0, 0.5, 32.0, seed=3)


def _written() -> list[Written]:
    return [Written(pitch, 70.0, beat, beat + 0.9) for beat in range(16) for pitch in (60, 64, 67)]


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    first = perform(_written(), SETTING, SETTING.stream("piano"))
    assert first == perform(_written(), SETTING, SETTING.stream("piano"))
    assert first != perform(_written(), SETTING, SETTING.stream("organ"))


def test_onsets_stray_by_milliseconds_and_a_chord_stays_together() -> None:
    notes = perform(_written(), SETTING, SETTING.stream("piano"))
    for beat in range(16):
        onsets_s = [note.onset_quarters * 0.5 for note in notes if abs(note.onset_quarters - beat) < 0.4]
        assert len(onsets_s) == 3
        assert all(abs(onset - beat * 0.5) <= LATEST_S + 1e-9 for onset in onsets_s)
        assert max(onsets_s) - min(onsets_s) < 0.015
    assert len({note.onset_quarters % 1 for note in notes}) > 10


def test_velocities_differ_and_stay_in_range() -> None:
    loud = [Written(60, 140.0, 0.0, 1.0), Written(60, -20.0, 1.0, 2.0)]
    assert [note.velocity for note in perform(loud, SETTING, SETTING.stream("x"))] == [127, 1]
    assert len({note.velocity for note in perform(_written(), SETTING, SETTING.stream("x"))}) > 5


@pytest.mark.parametrize(("meter", "bar", "second"), [("4/4", 4.0, 2.0), ("6/8", 3.0, 1.5)])
def test_the_bar_has_its_weights(meter: str, bar: float, second: float) -> None:
    setting = Setting(120.0, meter, bar, 0.5, 1e9, 0)
    one, other, off = (dynamics(onset, setting) for onset in (0.0, second, second + 0.5))
    assert one > other > off


def test_swing_lengthens_the_beat_and_shortens_the_offbeat() -> None:
    swung = Setting(120.0, "4/4", 4.0, 2 / 3, 8.0, 0)
    written = [Written(60, 70, 4.0, 4.5), Written(62, 70, 4.5, 5.0)]
    first, second = perform(written, swung, swung.stream("x"))
    assert second.onset_quarters == pytest.approx(4 + 2 / 3, abs=0.04)
    assert first.end_quarters == pytest.approx(4 + 2 / 3, abs=1e-9)


def test_a_pitch_is_released_before_it_sounds_again() -> None:
    notes = release_repeats([Note(60, 80, 0.0, 4.0), Note(60, 80, 1.0, 1.0), Note(62, 80, 0.5, 4.0)])
    assert [(n.pitch, n.onset_quarters, n.duration_quarters) for n in notes] == [
        (60, 0.0, 1.0), (62, 0.5, 4.0), (60, 1.0, 1.0),
    ]  # fmt: skip


def test_of_two_notes_at_one_moment_the_longer_stays() -> None:
    assert release_repeats([Note(60, 80, 0.0, 1.0), Note(60, 70, 0.0, 2.0)]) == (Note(60, 70, 0.0, 2.0),)
