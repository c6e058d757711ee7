"""The bass line: what its rows ask, in its register, and walking that arrives."""

import itertools

import pytest

from shared.music.bass import degree_pitch_class, play_bass
from shared.music.chords import Chord
from shared.music.keys import Key
from shared.music.rhythm import Timeline, build_timeline, parse_row
from shared.music.styles import BASS_SYMBOLS, BassStyle
from shared.music.touch import Setting, Written

STYLE = BassStyle("bass", 32, 80, 100, 28, 50, 1.0)


def _chords(*pairs: tuple[int, str]) -> list[Chord]:
    return [Chord(root, quality, root) for root, quality in pairs]


TURNAROUND = _chords((0, "maj7"), (9, "7"), (2, "min7"), (7, "7")) * 4 + _chords((0, "maj6"))


def _play(row: str, chords: list[Chord], approach: str = "diatonic", seed: int = 0) -> tuple[list[Written], Timeline]:
    timeline = build_timeline(chords, [4.0] * len(chords), 4.0)
    setting = Setting(120.0, "4/4", 4.0, 0.5, timeline.end_quarters, seed)
    line = play_bass(STYLE, approach, parse_row(row, BASS_SYMBOLS), timeline, setting, Key(0, "major"))
    return line, timeline


def _pitch_classes(row: str, chord: Chord) -> list[int]:
    line, _ = _play(row, [chord, chord])
    return [note.pitch % 12 for note in line][:-1]


def test_degrees_follow_the_quality() -> None:
    assert _pitch_classes("R358", Chord(0, "maj", 0)) == [0, 4, 7, 0]
    assert _pitch_classes("R357", Chord(2, "min7", 2)) == [2, 5, 9, 0]
    assert _pitch_classes("R35.", Chord(11, "dim", 11)) == [11, 2, 5]
    assert _pitch_classes("R3..", Chord(0, "sus4", 0)) == [0, 5]
    assert _pitch_classes("R36.", Chord(0, "5", 0)) == [0, 7, 9]


def test_a_boogie_climbs_to_the_sixth_in_major_and_the_seventh_in_minor() -> None:
    assert degree_pitch_class("6", Chord(9, "7", 9)) == 6
    assert degree_pitch_class("6", Chord(9, "min7", 9)) == 7


def test_the_tone_under_the_slash_is_the_bass() -> None:
    assert _pitch_classes("R...", Chord(0, "maj", 4)) == [4]


def test_an_alternating_bass_goes_below_where_it_can() -> None:
    line, _ = _play("R-f-", _chords((9, "maj"), (9, "maj")))
    assert line[1].pitch - line[0].pitch == -5


@pytest.mark.parametrize("row", ["Rwwa", "RR335566|8866553a", "R-f-|R-fa", "--5n", "R---8---"])
@pytest.mark.parametrize("seed", range(3))
def test_every_line_stays_in_its_register_and_starts_each_chord_on_its_bass(row: str, seed: int) -> None:
    line, timeline = _play(row, TURNAROUND, "chromatic", seed)
    assert all(STYLE.low <= note.pitch <= STYLE.high for note in line)
    for chord, onset in zip(timeline.chords, timeline.onsets, strict=False):
        sounding = [n for n in line if n.onset_quarters <= onset + 1e-6 and n.end_quarters > onset + 1e-6]
        assert sounding[-1].pitch % 12 == chord.bass


@pytest.mark.parametrize("seed", range(5))
def test_a_walking_line_walks_in_quarters_and_arrives_by_step(seed: int) -> None:
    line, timeline = _play("Rwwa", TURNAROUND, "chromatic", seed)
    steps = [abs(b.pitch - a.pitch) for a, b in itertools.pairwise(line)]
    assert [note.onset_quarters for note in line[:-1]] == [float(beat) for beat in range(64)]
    assert all(step != 0 for step in steps[:-1])
    assert sum(steps) / len(steps) < 5
    arrivals = [step for step, note in zip(steps, line[1:], strict=False) if note.onset_quarters in timeline.onsets]
    assert arrivals[:-1] == [1] * len(arrivals[:-1])


def test_a_diatonic_approach_stays_in_the_key() -> None:
    line, _ = _play("R--a", _chords((0, "maj"), (5, "maj"), (7, "maj"), (0, "maj")))
    assert {note.pitch % 12 for note in line} <= {0, 2, 4, 5, 7, 9, 11}


def test_the_tumbao_plays_the_next_root_ahead_of_the_bar() -> None:
    line, _ = _play("---5--n-", _chords((0, "maj"), (5, "maj"), (7, "7"), (0, "maj")))
    ahead = {note.onset_quarters: note.pitch % 12 for note in line}
    assert (ahead[0.0], ahead[3.0], ahead[7.0], ahead[11.0]) == (0, 5, 7, 0)
    assert 4.0 not in ahead


def test_the_line_comes_to_rest_low_on_the_last_chord() -> None:
    line, timeline = _play("RRRR", TURNAROUND)
    last = line[-1]
    assert (last.onset_quarters, last.end_quarters) == (timeline.rest_quarters, timeline.end_quarters)
    assert last.pitch == 36


def test_a_bar_without_chord_is_silent() -> None:
    chords = [Chord(0, "maj", 0), Chord.no_chord(), Chord(0, "maj", 0)]
    line, _ = _play("R--a", chords)
    assert not [note for note in line if 4.0 <= note.onset_quarters < 8.0]
    assert _play("Rwwa", [Chord.no_chord()])[0] == []
