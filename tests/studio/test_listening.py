"""What the recognizer hears of the song, beside what was played."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from shared.datasets.contract import TimedChords
from shared.music.chords import parse
from shared.music.score import Score
from studio.listening import Heard, played_chords
from studio.performance import RenderedSong
from studio.report import Report, render
from studio.report_listening import judged, listening_section, timeline
from studio.song import Part, Song
from tests.studio.conftest import tone


def chords(*rows: tuple[float, float, str]) -> TimedChords:
    """Return rows of (start, end, label) as timed chords."""
    return TimedChords(np.array([row[:2] for row in rows]), tuple(row[2] for row in rows))


@pytest.fixture
def heard() -> Heard:
    """A chord that is right, one of which the root is, and one that is neither."""
    played = chords((0, 2, "C:maj"), (2, 4, "A:min7"), (4, 6, "Bb:maj"))
    recognised = chords((0, 1.9, "C:maj"), (1.9, 4, "A:min"), (4, 6, "F#:dim"))
    return Heard(
        played, recognised, {"root": 2 / 3, "majmin": 0.66, "sevenths": float("nan"), "mirex": 0.5, "seg": 0.9}, 120.0
    )


def test_a_bar_per_chord_and_equal_neighbours_as_one(score: Score) -> None:
    verse = Part("Verse", tuple(parse(label) for label in ("C:maj", "C:maj", "G:7")), ("C", "C", "G7"), ())
    ending = Part("Ending", (parse("C:maj"),), ("C",), ())
    played = played_chords(RenderedSong(Song((verse, ending), score), tone(1.0)))
    assert played.labels == ("C:maj", "G:7", "C:maj")
    # Four quarters at 120 quarters per minute are two seconds.
    np.testing.assert_allclose(played.intervals_s, [[0, 4], [4, 6], [6, 8]])


def test_each_chord_is_judged_by_what_was_played_most_of_its_time(heard: Heard) -> None:
    assert judged(heard.played, heard.recognised) == ["same", "root", "other"]


def test_both_rows_stand_on_one_axis(heard: Heard) -> None:
    drawn = timeline(heard.played, heard.recognised)
    assert drawn.count("<rect") == 6
    names = re.findall(r'class="chord">([^<]+)<', drawn)
    assert names == ["C", "Am7", "B♭", "C", "Am", "F♯dim"]
    onsets = [float(x) for x in re.findall(r'<rect x="([\d.]+)"', drawn)]
    assert onsets == [0, 60, 120, 0, 57, 120]
    assert "3 chords played, 3 heard, 33 % of them right" in drawn


def test_what_cannot_be_judged_is_left_out(heard: Heard) -> None:
    section = listening_section(heard)
    assert "66.7 %" in section
    assert "nan" not in section
    assert "seventh" not in section


def test_the_page_has_the_section_where_a_recognizer_is_ready(report: Report, heard: Heard) -> None:
    assert 'id="listening"' not in render(report)
    assert 'id="listening"' in render(dataclasses.replace(report, heard=heard))
