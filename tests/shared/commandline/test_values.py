"""Every type that a config may declare, from words and from YAML values, and the refusals in words."""

from __future__ import annotations

import dataclasses
import enum
from pathlib import Path
from typing import Any, Literal

import pytest

from shared.commandline.fields import Leaf, Option
from shared.commandline.values import value_of
from shared.commandline.wording import describe, metavar
from shared.errors import InputError


class Cell(enum.Enum):
    """Two kinds, whose values differ from their names."""

    LSTM = "long short-term memory"
    GRU = "gated"


def leaf(kind: Any, default: Any = dataclasses.MISSING, **note: Any) -> Leaf:
    return Leaf(("model", "field"), kind, default, Option(**note))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (int, "512", 512),
        (int, "20_000", 20_000),
        (int, "2e4", 20_000),
        (int, 3.0, 3),
        (int, "-1", -1),
        (float, "1e-3", 1e-3),
        (float, 1, 1.0),
        (bool, "yes", True),
        (bool, "off", False),
        (bool, True, True),
        (str, "G:maj(6)/5", "G:maj(6)/5"),
        (str, "a=b # c", "a=b # c"),
        (str, 7, "7"),
        (Path, "my songs/a=b.jsonl", Path("my songs/a=b.jsonl")),
        (int | None, "none", None),
        (int | None, "5", 5),
        (str | None, None, None),
        (int | str, "auto", "auto"),
        (int | str, "8", 8),
        (str | int, "8", 8),
        (Literal["lstm", "gru"], "gru", "gru"),
        (Literal[1, 2], "2", 2),
        (Cell, "GRU", Cell.GRU),
        (Cell, "gated", Cell.GRU),
        (Cell, Cell.LSTM, Cell.LSTM),
        (list[int], ["512", "256"], [512, 256]),
        (list[int], ["512,256"], [512, 256]),
        (list[int], "[512, 256]", [512, 256]),
        (list[int], ["512,", "256"], [512, 256]),
        (list[int], [512, 256], [512, 256]),
        (list[int], 512, [512]),
        (list[str], ["C:maj(6,9),G:7", "N"], ["C:maj(6,9)", "G:7", "N"]),
        (list[str], "[C, 'Am']", ["C", "Am"]),
        (list[str], "", []),
        (list[list[int]], "[[1, 2], [3]]", [[1, 2], [3]]),
        (tuple[int, ...], "1,2,3", (1, 2, 3)),
        (tuple[int, float], ["1", "2"], (1, 2.0)),
        (tuple[str, ...] | None, "a,b", ("a", "b")),
        (dict[str, float], '{"a": 1}', {"a": 1.0}),
        (dict[str, float], {"a": "0.5"}, {"a": 0.5}),
        (Any, {"as": ["it", "is"]}, {"as": ["it", "is"]}),
    ],
)
def test_a_value_takes_the_type_of_its_field(kind: Any, raw: Any, value: Any) -> None:
    found = value_of(leaf(kind), raw, "--field")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "raw", "sentence"),
    [
        (int, "ten", "--field is 'ten'; it must be a whole number"),
        (int, "1.5", "a whole number"),
        (int, True, "a whole number"),
        (int, "1e400", "a whole number"),
        (float, "nan", "--field is 'nan'; it must be a number"),
        (float, "inf", "a number"),
        (float, None, "a number"),
        (bool, "maybe", "true or false"),
        (str, 1.1, "text"),
        (str, False, "text"),
        (Path, ["a", "b"], "a path"),
        (int | None, "x", "a whole number or none"),
        (Literal["lstm", "gru"], "rnn", "--field is 'rnn'; it must be one of lstm, gru"),
        (Cell, "rnn", "one of LSTM, GRU"),
        (list[int], ["1", "x"], "--field is '1 x'; it must be a list of whole numbers"),
        (list[float], "[1, null]", "a list of numbers"),
        (tuple[int, int], "1,2,3", "2 whole numbers"),
        (dict[str, int], "a=1", "a mapping in JSON"),
        (dict[str, int], "[1]", "a mapping in JSON"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_would(kind: Any, raw: Any, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        value_of(leaf(kind), raw, "--field")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("note", "fits", "fails", "words"),
    [
        ({"minimum": 1}, "1", "0", "at least 1"),
        ({"maximum": 1}, "1", "1.5", "at most 1"),
        ({"above": 0}, "0.1", "0", "above 0"),
        ({"minimum": 0, "below": 1}, "0", "1", "a number, at least 0 and below 1"),
        ({"choices": (0.5, 2.0)}, "2", "1", "one of 0.5, 2.0"),
    ],
)
def test_limits_hold_at_their_edges(note: dict[str, Any], fits: str, fails: str, words: str) -> None:
    described = leaf(float, **note)
    assert value_of(described, fits, "--field") == float(fits)
    with pytest.raises(InputError, match="--field is") as refusal:
        value_of(described, fails, "--field")
    assert words in str(refusal.value)


def test_limits_hold_for_every_item_of_a_list() -> None:
    described = leaf(tuple[int, ...], minimum=1)
    assert value_of(described, "1,2", "--field") == (1, 2)
    with pytest.raises(InputError, match="at least 1"):
        value_of(described, "1,0", "--field")


def test_the_default_is_valid_even_beside_choices() -> None:
    assert value_of(leaf(str, "", choices=("jazz",)), "", "--genre") == ""


def test_of_many_choices_only_the_nearest_are_named() -> None:
    moods = ("joy", "sadness", "romance", "relief", "awe", "anger", "fear", "boredom", "calmness")
    with pytest.raises(InputError, match="--mood is 'saddness', which it cannot be; nearest: sadness"):
        value_of(leaf(str, choices=moods), "saddness", "--mood")


def test_a_type_that_no_flag_can_have_is_a_fault_of_the_config() -> None:
    with pytest.raises(TypeError, match="complex"):
        value_of(leaf(complex), "1", "--field")


def test_types_are_described_for_people_and_in_the_help() -> None:
    assert describe(leaf(int, minimum=1)) == "a whole number, at least 1"
    assert metavar(list[int]) == "INT ..."
    assert metavar(tuple[int, float]) == "INT FLOAT"
    assert metavar(Path | None) == "PATH"
    assert metavar(dict[str, int]) == "JSON"
