"""Rows of text become strokes on chords."""

import pytest

from shared.errors import InputError
from shared.music.chords import Chord
from shared.music.rhythm import build_timeline, parse_row, strokes_on_chords, swing_time

C, F, G = Chord(0, "maj", 0), Chord(5, "maj", 5), Chord(7, "maj", 7)


def _strokes(text: str, chords: list[Chord], quarters: list[float]) -> list[tuple[str, float, float, int]]:
    timeline = build_timeline(chords, quarters, 4.0)
    strokes = strokes_on_chords(parse_row(text, "xp"), timeline, 4.0, "x", {"p": 0.5})
    return [(s.symbol, s.onset_quarters, s.end_quarters, s.chord_index) for s in strokes]


def test_steps_holds_and_rests() -> None:
    assert parse_row("x-.x", "x").strokes(4.0, 4.0) == [("x", 0.0, 2.0), ("x", 3.0, 4.0)]


def test_a_hold_crosses_the_bar_line_and_the_row_repeats() -> None:
    strokes = parse_row("..x-|--..", "x").strokes(4.0, 12.0)
    assert strokes == [("x", 2.0, 6.0), ("x", 10.0, 12.0)]


def test_a_hold_after_a_rest_is_silence() -> None:
    assert parse_row("x.-x", "x").strokes(4.0, 4.0) == [("x", 0.0, 1.0), ("x", 3.0, 4.0)]


def test_the_number_of_characters_is_the_number_of_equal_steps() -> None:
    triplets = parse_row("xxx xxx xxx xxx", "x").strokes(4.0, 4.0)
    assert len(triplets) == 12
    assert triplets[1][1] == pytest.approx(1 / 3)


@pytest.mark.parametrize(("text", "message"), [("x?x.", "symbol '\\?'"), ("x.||x.", "empty bar"), ("", "empty bar")])
def test_a_row_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_row(text, "x")


def test_a_held_stroke_is_struck_again_where_the_harmony_changes() -> None:
    strokes = _strokes("x---", [C, F, G], [2, 2, 4])
    assert strokes == [("x", 0, 2, 0), ("x", 2, 4, 1)]


def test_an_anticipation_takes_the_next_chord_and_is_not_struck_again() -> None:
    strokes = _strokes("x-.....p|---x----", [C, F, G], [4, 4, 4])
    assert strokes == [("x", 0, 1, 0), ("p", 3.5, 5.5, 1), ("x", 5.5, 8, 1)]


def test_a_chord_between_the_strokes_is_heard_all_the_same() -> None:
    strokes = _strokes("x...", [C, F, G], [1.5, 2.5, 4])
    assert ("x", 1.5, 4.0, 1) in strokes


def test_every_chord_of_an_odd_rhythm_is_heard() -> None:
    lengths = [0.5, 1.25, 3.0, 0.75, 5.5, 0.5, 2.5, 4.0]
    chords = [C, F, G, C, F, G, C, F]
    timeline = build_timeline(chords, lengths, 4.0)
    strokes = strokes_on_chords(parse_row(".x.-x..p|-.x.", "xp"), timeline, 4.0, "x", {"p": 0.5})
    assert {stroke.chord_index for stroke in strokes} >= set(range(len(timeline.chords) - 1))
    assert all(stroke.end_quarters > stroke.onset_quarters for stroke in strokes)


def test_the_last_bar_is_a_rest_and_equal_neighbours_are_one_chord() -> None:
    timeline = build_timeline([C, C, G, G], [4, 4, 4, 4], 4.0)
    assert timeline.chords == (C, G)
    assert (timeline.onsets, timeline.rest_quarters) == ((0.0, 8.0, 16.0), 12.0)


def test_a_short_last_chord_is_held_for_a_bar() -> None:
    timeline = build_timeline([C, G], [4, 1], 4.0)
    assert (timeline.rest_quarters, timeline.end_quarters) == (4.0, 8.0)


@pytest.mark.parametrize(
    ("chords", "quarters", "message"),
    [
        ([], [], "no chord to play"),
        ([C, G], [4], "2 chords but 1 lengths"),
        ([C], [0], "not above 0"),
        ([C], [float("nan")], "not above 0"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(chords: list[Chord], quarters: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build_timeline(chords, quarters, 4.0)


def test_swing_moves_the_offbeat_and_nothing_else() -> None:
    assert swing_time(3.0, 0.66) == 3.0
    assert swing_time(3.5, 2 / 3) == pytest.approx(3 + 2 / 3)
    assert swing_time(2.25, 0.5) == 2.25
