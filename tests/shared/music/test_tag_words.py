"""Spellings of one thing become one, and things that differ stay apart."""

from __future__ import annotations

import pytest

from shared.music.tag_words import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E-Guitars", "electric guitar"), ("male vocalist", "Male Voice"), ("male voice singing", "male vocals"),
        ("no singers", "no voice"), ("hip-hop", "hip hop"), ("synthesiser", "synth"), ("drums", "drum"),
        ("rock/pop", "rock pop"), ("e-bass", "electric bass"), ("female singer's", "female singers"),
    ],
)  # fmt: skip
def test_spellings_of_one_thing(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"), [("male voice", "female voice"), ("bass", "bass drum"), ("blues", "blue"), ("fast", "slow")]
)
def test_different_things(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("word", ["bass", "brass", "jazz", "blues", "chorus", "glass", "various"])
def test_an_s_at_the_end_is_not_always_a_plural(word: str) -> None:
    assert normalise(word) == word


@pytest.mark.parametrize("nothing", ["", "  ", "!?", "日本"])
def test_no_words_are_nothing(nothing: str) -> None:
    assert normalise(nothing) == ""


def test_normal_forms_stay() -> None:
    for tag in ("E-Guitars", "male vocalist singing", "Hip-Hop beats", "r&b", "4 on the floor kick"):
        assert normalise(normalise(tag)) == normalise(tag)
