"""Conditions have the specified sizes, and names and ids are one."""

from __future__ import annotations

import pytest

from shared.errors import InputError
from shared.music.conditions import CONDITIONS, GENRE, KEY, MOOD, SCALE_TYPE, Condition


def test_sizes_are_those_of_the_architecture() -> None:
    assert [len(condition.values) for condition in CONDITIONS] == [8, 27, 24, 2]


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_every_name_comes_back(condition: Condition) -> None:
    assert [condition.value(condition.id(name)) for name in condition.values] == list(condition.values)


def test_key_ids_are_twelve_times_mode_plus_tonic() -> None:
    assert KEY.id("C:major") == 0
    assert KEY.id("A:minor") == 12 + 9


@pytest.mark.parametrize("word", [None, "", "neutral", "ANY", "unspecified"])
def test_open_words_give_the_id_after_the_last(word: str | None) -> None:
    assert MOOD.id(word) == 27
    assert MOOD.value(27) is None
    assert SCALE_TYPE.id(word) == 2


@pytest.mark.parametrize("spelling", ["sexual_desire", "Sexual-Desire", "  sexual  desire "])
def test_spelling_is_forgiving(spelling: str) -> None:
    assert MOOD.values[MOOD.id(spelling)] == "sexual desire"


def test_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(InputError, match=r"unknown genre 'jaz'; nearest: jazz"):
        GENRE.id("jaz")
