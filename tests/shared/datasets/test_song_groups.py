"""Groups: versions, copies and transpositions belong together, and nothing else does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shared.datasets.chords_unified import read_songs
from shared.datasets.contract import ChordSong
from shared.datasets.song_groups import assign_groups, normalised_title, progression_digest
from shared.datasets.song_records import song_from_record
from shared.music.chords import parse

LOOP = ["A:min", "F:maj", "C:maj", "G:maj"]
OTHER = ["D:min7", "G:7", "C:maj7", "A:7"]


def song(song_id: str, chords: list[str], **fields: Any) -> ChordSong:
    return song_from_record({"id": song_id, "chords": chords} | fields, song_id, "test")


def transposed(labels: list[str], semitones: int) -> list[str]:
    names = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    parted = [label.split(":") for label in labels]
    return [f"{names[(names.index(root) + semitones) % 12]}:{quality}" for root, quality in parted]


def groups(*songs: ChordSong) -> list[str]:
    return [found.group for found in assign_groups(songs)]


@pytest.mark.parametrize("semitones", range(12))
def test_a_transposed_copy_is_of_the_same_group_whatever_its_key_says(semitones: int) -> None:
    copy = song("b", transposed(LOOP, semitones), title="Another", key="E:maj")
    first, second, third = groups(song("a", LOOP, title="One", key="C:maj"), copy, song("c", OTHER))
    assert first == second
    assert third != first


def test_qualities_that_the_generator_cannot_tell_apart_are_one_progression() -> None:
    # The 23 qualities of the generator hold no minmaj9 and the like: what maps to one token is one chord.
    assert progression_digest([parse("C:maj"), parse("G:7")]) == progression_digest([parse("F:maj"), parse("C:7")])
    assert progression_digest([parse("C:maj"), parse("G:7")]) != progression_digest([parse("C:maj"), parse("G:maj")])
    assert progression_digest([parse("C:maj"), parse("G:7")]) != progression_digest([parse("C:maj"), parse("F:7")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The Long and Winding Road", "Long and winding road"),
        ("Don’t Stop", "dont stop!"),
        ("Été", "ete"),
        ("Help!", "HELP"),
    ],
)
def test_one_title_is_one_group_across_datasets(first: str, second: str) -> None:
    one, two = groups(song("a", LOOP, title=first, dataset="x"), song("b", OTHER, title=second, dataset="y"))
    assert one == two == f"name:{normalised_title(first)}"


@pytest.mark.parametrize("title", ["", "Untitled Score", "untitled leadsheet", "Unknown", "!?"])
def test_what_is_no_title_binds_nothing(title: str) -> None:
    one, two = groups(song("a", LOOP, title=title), song("b", OTHER, title=title))
    assert one != two


def test_titles_in_other_scripts_count() -> None:
    assert normalised_title("一剪梅") == "一剪梅"
    assert normalised_title("一剪梅") != normalised_title("丁香花")


def test_bonds_chain_and_stated_groups_and_duplicates_count() -> None:
    songs = [
        song("a", LOOP, title="First"),
        song("b", transposed(LOOP, 5), title="Second"),
        song("c", OTHER, title="second"),
        song("d", ["C:5"], group="family"),
        song("e", ["C:maj", "F:maj"], group="family"),
        song("f", ["C:dim", "D:dim"]),
        song("g", ["C:aug", "D:dim"]),
    ]
    found = [entry.group for entry in assign_groups(songs, {"g": "f"})]
    assert found[0] == found[1] == found[2] == "name:first"
    assert found[3] == found[4] == "group:family"
    assert found[5] == found[6]
    assert len(set(found)) == 3


def test_assigning_again_changes_nothing() -> None:
    once = assign_groups([song("a", LOOP, title="One"), song("b", OTHER), song("c", LOOP, title="Two")])
    assert assign_groups(once) == once


def test_a_group_keeps_its_name_when_others_come_and_go() -> None:
    both = groups(song("a", LOOP, title="Song"), song("b", OTHER, title="song"), song("c", ["C:5"]))
    assert groups(song("a", LOOP, title="Song")) == both[:1]
    assert groups(song("b", OTHER, title="song")) == both[1:2]
    assert groups(song("c", ["C:5"])) == both[2:]


def test_no_group_of_the_real_corpus_swallows_it(consort_data: Path) -> None:
    folder = consort_data / "chords-unified"
    if not folder.is_dir():
        pytest.skip("chords-unified is not in CONSORT_DATA")
    songs, _ = read_songs(folder)
    sizes = Counter(song.group for song in songs)
    assert max(sizes.values()) < 20
    assert len(sizes) > 0.85 * len(songs)
