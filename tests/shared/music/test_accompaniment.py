"""The band plays below the melody, in every metre."""

from __future__ import annotations

import pytest

from shared.music.accompaniment import accompany
from shared.music.chords import parse
from shared.music.keys import parse_key
from shared.music.melody import Melody
from shared.music.score import Note

CHORDS = [parse(label) for label in ("C", "Am", "G7", "C")]


def melody(meter: str = "4/4", program: int = 73) -> Melody:
    return Melody(tuple(Note(72 + i % 3, 80, float(i), 1.0) for i in range(12)), 96.0, meter, program)


def test_the_melody_is_the_first_track_and_untouched() -> None:
    tune = melody()
    score = accompany(tune, CHORDS, [4.0] * 4, genre="jazz", mood="joy", key=parse_key("C"), seed=1)
    assert (score.tracks[0].name, score.tracks[0].program, score.tracks[0].notes) == ("melody", 73, tune.notes)
    assert (score.tempo_qpm, score.meter, score.key) == (96.0, "4/4", parse_key("C"))
    assert any(track.is_drum for track in score.tracks)
    assert [name for _, name in score.chord_marks] == ["C", "Am", "G7", "C"]


def test_another_tempo_may_be_asked_for() -> None:
    assert accompany(melody(), CHORDS, [4.0] * 4, tempo_qpm=140.0).tempo_qpm == 140.0


@pytest.mark.parametrize(("meter", "bar"), [("2/4", 2.0), ("12/8", 6.0), ("3/4", 3.0), ("6/4", 6.0), ("2/2", 4.0)])
def test_a_band_plays_in_metres_like_its_own(meter: str, bar: float) -> None:
    score = accompany(melody(meter), CHORDS, [bar] * 4, seed=1)
    assert (score.meter, score.bar_quarters) == (meter, bar)
    assert len(score.tracks) > 2


@pytest.mark.parametrize(("meter", "bar"), [("5/4", 5.0), ("7/8", 3.5)])
def test_in_metres_without_a_feel_held_chords_accompany(meter: str, bar: float) -> None:
    score = accompany(melody(meter), CHORDS, [bar] * 4)
    assert [track.name for track in score.tracks] == ["melody", "chords"]
    assert (score.meter, score.end_quarters) == (meter, max(12.0, 4 * bar))


def test_same_seed_same_score() -> None:
    first, again, other = (accompany(melody(), CHORDS, [4.0] * 4, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
