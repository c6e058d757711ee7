"""A person's own progressions, typed as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.datasets.song_text import record_from_lab, record_from_line
from shared.errors import InputError


@pytest.mark.parametrize(
    ("line", "chords"),
    [
        ("C Am F G", ["C", "Am", "F", "G"]),
        ("C, Am,F ,G7", ["C", "Am", "F", "G7"]),
        ("C - Am - F -> G", ["C", "Am", "F", "G"]),
        ("C:maj A:min7/b3 G:maj(6,9)/5 N", ["C:maj", "A:min7/b3", "G:maj(6,9)/5", "N"]),
        ("Bb/D F#m7b5 C7(b9, #11)", ["Bb/D", "F#m7b5", "C7(b9, #11)"]),
        ("Dm7 ; G7 ; Cmaj7", ["Dm7", "G7", "Cmaj7"]),
    ],
)
def test_progressions_without_settings(line: str, chords: list[str]) -> None:
    assert record_from_line(line) == {"chords": chords}


def test_bars_and_repeats() -> None:
    record = record_from_line("| C | Am / | % | F G7 |")
    assert record is not None
    assert record["bars"] == [["C"], ["Am", "Am"], ["Am"], ["F", "G7"]]
    assert record["chords"] == ["C", "Am", "Am", "Am", "F", "G7"]


def test_settings_come_before_the_first_bar_line() -> None:
    record = record_from_line("genre=Jazz mood=sexual_desire key=F#:minor tempo=120 title=My_Song | Dm7 | G7")
    assert record == {
        "genre": "jazz",
        "mood": "sexual desire",
        "key": "F#:minor",
        "tempo": 120.0,
        "title": "My Song",
        "chords": ["Dm7", "G7"],
        "bars": [["Dm7"], ["G7"]],
    }
    assert record_from_line("genre=jazz | C Am") == {"genre": "jazz", "chords": ["C", "Am"]}
    assert record_from_line("genre=neutral | C") == {"genre": [], "chords": ["C"]}


@pytest.mark.parametrize("line", ["", "   ", "# a remark | with bars", "\t# C Am"])
def test_blank_lines_and_remarks(line: str) -> None:
    assert record_from_line(line) is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("genre=jaz | C", "unknown genre 'jaz'; nearest: jazz"),
        ("gnre=jazz | C", "unknown setting 'gnre'; nearest: genre"),
        ("genre=jazz fast | C", "unknown setting 'fast'"),
        ("tempo=quick | C", "tempo=quick is no number"),
    ],
)
def test_wrong_settings_are_named(line: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        record_from_line(line)


def test_a_lab_file_is_one_song(tmp_path: Path) -> None:
    path = tmp_path / "My Song.lab"
    path.write_text("0 1 N\n1 2 C:maj\n2 3 G:7/3\n", encoding="utf-8")
    assert record_from_lab(path) == {"id": "My Song", "title": "My Song", "chords": ["N", "C:maj", "G:7/3"]}
    path.write_text("0 1 N\nnonsense\n2 3 G:7/3\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: expected"):
        record_from_lab(path)
    path.write_bytes(b"0 1 C\xff\n")
    with pytest.raises(InputError, match="not UTF-8"):
        record_from_lab(path)
