"""One record becomes one song: fields, conditions and where they come from, and every way a record is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from shared.datasets.contract import ChordSong
from shared.datasets.song_records import ESTIMATED, song_from_record
from shared.errors import InputError
from shared.music.chords import Chord
from shared.music.conditions import GENRES, MOODS
from shared.music.keys import Key

LOOP = ["A:min", "F:maj", "C:maj", "G:maj"]


def song(**fields: Any) -> ChordSong:
    return song_from_record({"chords": LOOP} | fields, "file.jsonl:1", "file")


def test_chords_are_changes_in_root_position_without_no_chords() -> None:
    found = song(chords=["N", "C:maj", "C:maj/3", "N", "C:maj", "A:min7/b3", "X", "F:maj"])
    assert found.chords == (Chord(0, "maj", 0), Chord(9, "min7", 9), Chord(5, "maj", 5))


def test_defaults_of_what_a_record_leaves_out() -> None:
    found = song()
    assert (found.id, found.dataset, found.title, found.licence) == ("file.jsonl:1", "file", "", "")
    assert found.genre is None
    assert (found.mood, found.mood_source) == (None, None)
    assert (found.tempo_qpm, found.meter, found.bars, found.sections, found.split) == (None,) * 5
    assert found.key in (Key(9, "minor"), Key(0, "major"))
    assert found.key_source == ESTIMATED


def test_stated_fields_are_kept() -> None:
    found = song(
        id="x", dataset="d", licence="MIT", title=" T ", artist="A", key="Eb:min", key_source="by ear",
        tempo=90, meter="6/8", bars=[["A:min", "F:maj/3"], []], sections=["A", None], split="test",
        genre=["folk"], mood="Sexual_Desire", group="g",
    )  # fmt: skip
    assert (found.id, found.dataset, found.licence, found.title, found.artist) == ("x", "d", "MIT", "T", "A")
    assert (found.key, found.key_source) == (Key(3, "minor"), "by ear")
    assert (found.tempo_qpm, found.meter) == (90.0, "6/8")
    assert found.bars == ((Chord(9, "min", 9), Chord(5, "maj", 5)), ())
    assert found.sections == ("A", None)
    assert (found.genre, found.mood, found.mood_source) == ("folk", "sexual desire", "stated")
    assert (found.split, found.group) == ("test", "g")


def test_null_means_absent() -> None:
    nothing = dict.fromkeys(("title", "key", "tempo", "meter", "bars", "genre", "mood", "mood_raw", "split"))
    assert song(**nothing) == song()


def test_mood_comes_from_the_record_then_tags_then_the_rule() -> None:
    evidence: dict[str, Any] = {"key": "C:maj", "tempo": 150.0, "bars": [[label] for label in LOOP]}
    derived = song(**evidence)
    assert derived.mood in MOODS
    assert derived.mood_source == "derived"
    tagged = song(**evidence, mood_raw=["Retro", " Mellow"])
    assert (tagged.mood, tagged.mood_source) == ("calmness", "tagged")
    stated = song(**evidence, mood="fear", mood_raw=["Mellow"])
    assert (stated.mood, stated.mood_source) == ("fear", "stated")
    neutral = song(**evidence, mood="neutral")
    assert (neutral.mood, neutral.mood_source) == (None, None)


@pytest.mark.parametrize("missing", ["key", "tempo", "bars"])
def test_no_mood_is_invented_without_evidence(missing: str) -> None:
    evidence: dict[str, Any] = {"key": "C:maj", "tempo": 150.0, "bars": [[label] for label in LOOP]}
    del evidence[missing]
    assert song(**evidence).mood is None


def test_a_tempo_that_the_program_filled_in_is_no_tempo() -> None:
    assert song(dataset="imaginary-book", tempo=160.0).tempo_qpm is None
    assert song(dataset="imaginary-book", tempo=161.0).tempo_qpm == 161.0
    assert song(dataset="pop909", tempo=160.0).tempo_qpm == 160.0


def test_every_genre_has_its_own_name() -> None:
    assert [song(genre=[genre]).genre for genre in GENRES] == list(GENRES)
    assert song(genre="jazz").genre == "jazz"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"chords": None}, "'chords' must be a list of chord labels, it is missing"),
        ({"chords": "C Am F"}, "'chords' must be a list"),
        ({"chords": []}, "no chord in 'chords'"),
        ({"chords": ["N", "X"]}, "no chord in 'chords'"),
        ({"chords": ["C:maj", 7]}, "a chord must be text, not 7"),
        ({"chords": ["C:maj", ["G:7"]]}, "must hold text only"),
        ({"chords": ["C:maj", None]}, "a chord must be text, not None"),
        ({"chords": ["C:maj", "Q:maj"]}, "Q:maj"),
        ({"title": 99}, "'title' must be text, not 99"),
        ({"genre": 3}, "'genre' must be a list of text"),
        ({"genre": ["jazz", 3]}, "'genre' must be a list of text"),
        ({"key": "H:weird"}, "H:weird"),
        ({"key": 4}, "'key' must be text"),
        ({"tempo": "fast"}, "'tempo' must be a number of quarters"),
        ({"tempo": True}, "'tempo' must be a number of quarters"),
        ({"tempo": 10**400}, "'tempo' must be a number of quarters"),
        ({"title": "half \ud800"}, "'title' holds half a character"),
        ({"tempo": -1}, "'tempo' must be a number of quarters"),
        ({"tempo": float("nan")}, "'tempo' must be a number of quarters"),
        ({"bars": "C | G"}, "'bars' must be a list of lists"),
        ({"bars": ["C:maj"]}, "'bars' must be a list of chord labels"),
        ({"bars": [["Q:maj"]]}, "Q:maj"),
        ({"sections": "A"}, "'sections' must be a list"),
        ({"bars": [["C:maj"]], "sections": ["A", "B"]}, "'sections' must name each of the 1 bars"),
        ({"mood": "jooy"}, "unknown mood 'jooy'; nearest: joy"),
        ({"mood_raw": "x", "mood": 3}, "'mood' must be text"),
        ({"split": "training"}, "unknown split 'training'; nearest: train"),
    ],
)
def test_every_wrong_field_is_one_sentence(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace("|", r"\|")) as caught:
        song(**fields)
    assert "\n" not in str(caught.value)
