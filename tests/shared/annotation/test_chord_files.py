"""Chords written and read back in every format, and files that hold none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from shared.annotation.chord_files import FORMATS, SUFFIXES, format_chords, read_chords, write_chords
from shared.annotation.jams import jams_document
from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.music.chord_classes import CHORD_CLASSES
from shared.music.chords import format_harte, parse

SONG = TimedChords(
    np.array([[0.0, 1 / 3], [1 / 3, 2.0], [2.0, 3.5], [3.5, 5.0]]), ("N", "Bb:maj/3", "Ebmaj7", "F:sus4(b7)")
)
HARTE = ("N", "Bb:maj/3", "Eb:maj7", "F:sus4(b7)")


@pytest.mark.parametrize("form", ["lab", "json", "names"])
def test_what_is_written_is_read_back(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"song{SUFFIXES[form]}"
    write_chords(path, SONG, form)
    back = read_chords(path)
    assert back.intervals_s == pytest.approx(SONG.intervals_s, abs=1e-6)
    assert tuple(format_harte(parse(label)) for label in back.labels) == HARTE
    assert list(tmp_path.iterdir()) == [path]


def test_every_class_survives_lab_and_json(tmp_path: Path) -> None:
    bounds = np.arange(len(CHORD_CLASSES) + 1.0)
    song = TimedChords(np.stack([bounds[:-1], bounds[1:]], axis=1), CHORD_CLASSES.labels)
    for form in ("lab", "json"):
        path = tmp_path / f"song{SUFFIXES[form]}"
        write_chords(path, song, form)
        assert read_chords(path).labels == CHORD_CLASSES.labels


def test_names_are_those_of_musicians() -> None:
    assert [line.split("\t")[2] for line in format_chords(SONG, "names").splitlines()] == [
        "N.C.", "Bb/D", "Ebmaj7", "F7sus4",
    ]  # fmt: skip


def test_json_says_key_length_and_both_spellings() -> None:
    document = json.loads(format_chords(SONG, "json"))
    assert (document["key"], document["duration_s"]) == ("Bb:major", 5.0)
    assert document["chords"][1] == {"start_s": 1 / 3, "end_s": 2.0, "label": "Bb:maj/3", "name": "Bb/D"}
    silent = json.loads(format_chords(TimedChords(np.array([[0.0, 2.0]]), ("N",)), "json"))
    assert silent["key"] is None


def test_jams_has_the_parts_that_its_schema_asks_for() -> None:
    """The package `jams` 0.3.4 finds such documents valid, with every class and every inversion of every type."""
    document = jams_document(SONG, title="a song", annotator="somebody")
    assert set(document) == {"annotations", "file_metadata", "sandbox"}
    assert set(document["file_metadata"]) == {
        "title", "artist", "release", "duration", "identifiers", "jams_version",
    }  # fmt: skip
    (annotation,) = document["annotations"]
    assert annotation["namespace"] == "chord"
    assert annotation["annotation_metadata"]["annotator"] == {"name": "somebody"}
    assert [row["value"] for row in annotation["data"]] == list(HARTE)
    assert annotation["data"][1]["time"] + annotation["data"][1]["duration"] == pytest.approx(2.0)
    assert document["file_metadata"]["duration"] == annotation["duration"] == 5.0
    assert json.loads(format_chords(SONG, "jams", title="a song"))["file_metadata"]["title"] == "a song"


def test_a_sheet_needs_beats(tmp_path: Path) -> None:
    write_chords(tmp_path / "song.txt", SONG, "sheet", beat_times_s=np.arange(0.0, 5.0, 0.5), title="a song")
    assert (tmp_path / "song.txt").read_text(encoding="utf-8").startswith("a song\nBb major · 120 bpm")
    with pytest.raises(InputError, match="needs at least two rising beats"):
        write_chords(tmp_path / "other.txt", SONG, "sheet")
    assert not (tmp_path / "other.txt").exists()


def test_an_unknown_format_is_named_with_the_nearest() -> None:
    assert set(FORMATS) == {"lab", "json", "jams", "names", "sheet"}
    with pytest.raises(InputError, match="unknown chord format 'jam'; nearest: jams"):
        format_chords(SONG, "jam")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.lab", b"\n# nothing\n", r"a.lab holds no chords; expected lines of 'start end label'"),
        ("a.lab", b"0 1 C:maj\n1 2 H:what\n", r"a.lab: chord 'H:what' cannot be read"),
        ("a.lab", b"0 1 C\xff:maj\n", r"a.lab is not UTF-8 text \(byte 5\)"),
        ("a.json", b'{"chords": [{"start_s": 0, "label": "C"}]}', r"a.json: expected 'chords', each with start_s"),
        ("a.json", b"[1]", r"a.json: expected 'chords', each with start_s"),
        ("a.json", b'{"chords": [{"start_s": 2, "end_s": 1, "label": "C"}]}', r"a.json: intervals must have a length"),
        ("a.json", b"{", r"a.json, line 1: not valid JSON"),
    ],
)
def test_a_file_without_chords_is_named(name: str, content: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        read_chords(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none.lab"):
        read_chords(tmp_path / "none.lab")


def test_an_empty_json_has_no_chords(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"chords": []}', encoding="utf-8")
    assert read_chords(tmp_path / "a.json").labels == ()
