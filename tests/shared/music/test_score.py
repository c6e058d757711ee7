"""A score is checked when it is born."""

import math

import pytest

from shared.errors import InputError
from shared.music.score import Note, Score, Track, bar_quarters, parse_meter


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((128, 80, 0, 1), "pitch 128"),
        ((-1, 80, 0, 1), "pitch -1"),
        ((60, 0, 0, 1), "velocity 0"),
        ((60, 128, 0, 1), "velocity 128"),
        ((60, 80, -0.1, 1), "onset -0.1"),
        ((60, 80, math.nan, 1), "onset nan"),
        ((60, 80, 0, 0), "duration 0"),
        ((60, 80, 0, math.inf), "duration inf"),
    ],
)
def test_an_impossible_note_is_refused(values: tuple[int, int, float, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Note(*values)


def test_extremes_of_the_format_are_notes() -> None:
    assert Note(0, 1, 0, 1e-3).pitch == 0
    assert Note(127, 127, 1e4, 1e4).end_quarters == 2e4


@pytest.mark.parametrize("field", ["program", "volume", "pan", "reverb"])
def test_a_track_outside_the_controller_range_is_refused(field: str) -> None:
    with pytest.raises(InputError, match=f"{field} 128 of track 'piano'"):
        Track(**{"name": "piano", "program": 0, field: 128})


@pytest.mark.parametrize("tempo", [0.0, 3.0, 1001.0, math.nan])
def test_an_unplayable_tempo_is_refused(tempo: float) -> None:
    with pytest.raises(InputError, match="tempo"):
        Score((), tempo_qpm=tempo)


def test_chord_marks_out_of_order_are_refused() -> None:
    with pytest.raises(InputError, match="order"):
        Score((), chord_marks=((4.0, "G"), (0.0, "C")))


def test_length_and_count() -> None:
    track = Track("piano", 0, notes=(Note(60, 80, 0, 1), Note(64, 80, 1, 3)))
    score = Score((track, Track("bass", 32)), tempo_qpm=90)
    assert (score.end_quarters, score.n_notes) == (4, 2)
    assert score.duration_s == pytest.approx(4 * 60 / 90)


@pytest.mark.parametrize(("meter", "quarters"), [("4/4", 4), ("3/4", 3), ("6/8", 3), ("12/8", 6), ("2/2", 4)])
def test_bars_in_quarters(meter: str, quarters: float) -> None:
    assert bar_quarters(meter) == quarters


@pytest.mark.parametrize("meter", ["", "4", "4/3", "0/4", "x/4", "-3/4", "4/4/4", "300/4"])
def test_a_meter_that_is_none_is_refused(meter: str) -> None:
    with pytest.raises(InputError, match="meter"):
        parse_meter(meter)
