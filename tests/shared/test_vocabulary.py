"""Tokens and ids are one object, and what is saved is what is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import InputError
from shared.vocabulary import PAD_ID, Vocabulary


def test_round_trip_by_name_and_by_id() -> None:
    vocabulary = Vocabulary(["PAD", "C", "G"])
    assert vocabulary.encode(["G", "C"]) == [2, 1]
    assert vocabulary.decode([2, 1]) == ["G", "C"]
    assert vocabulary.token(PAD_ID) == "PAD"


def test_saved_is_loaded(tmp_path: Path) -> None:
    vocabulary = Vocabulary(["PAD", "F#", "B♭"])
    vocabulary.save(tmp_path / "v.json")
    assert Vocabulary.load(tmp_path / "v.json") == vocabulary


def test_unknown_token_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"unknown token 'C:mag'; nearest: C:maj"):
        Vocabulary(["PAD", "C:maj", "G:7"]).id("C:mag")


@pytest.mark.parametrize("token_id", [-1, 3])
def test_id_outside_is_refused(token_id: int) -> None:
    with pytest.raises(InputError, match="outside the vocabulary of 3"):
        Vocabulary(["PAD", "a", "b"]).token(token_id)


@pytest.mark.parametrize("tokens", [[], ["PAD", "a", "a"]])
def test_tokens_must_be_distinct_and_present(tokens: list[str]) -> None:
    with pytest.raises(InputError, match="each token once"):
        Vocabulary(tokens)


def test_difference_says_where() -> None:
    one = Vocabulary(["PAD", "a", "b"])
    assert one.difference(Vocabulary(["PAD", "a", "b"])) == ""
    assert "id 2 is 'b' in one and 'c'" in one.difference(Vocabulary(["PAD", "a", "c"]))
    assert "3 tokens against 2" in one.difference(Vocabulary(["PAD", "a"]))


def test_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match="not a vocabulary"):
        Vocabulary.load(tmp_path / "v.json")
