"""The nearest named quality: the rule, and the tables that follow from it."""

from __future__ import annotations

import collections
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.music.chord_naming import GENERATOR_TABLE, chord_type, generator_quality, nearest_quality
from shared.music.chord_types import CHORD_TYPES, GENERATOR_QUALITIES, INTERVALS, QUALITIES


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_named_set_keeps_its_name(quality: str) -> None:
    assert nearest_quality(INTERVALS[quality]) == quality


@pytest.mark.parametrize(
    ("intervals", "quality", "rule"),
    [
        ({0, 1, 4, 7, 8, 10}, "7(b9)", "a lowered ninth makes an altered dominant"),
        ({0, 3, 4, 8, 10}, "7(#9)", "a raised ninth, before the raised fifth"),
        ({0, 1, 3, 4, 7, 10}, "7(b9)", "both ninths: the lowered one"),
        ({0, 4, 6, 10}, "7(b9)", "a lowered fifth without a ninth"),
        ({0, 2, 4, 6, 10}, "9", "a lowered fifth beside a natural ninth"),
        ({0, 4, 6, 7, 10}, "7", "a raised eleventh over the fifth is a colour"),
        ({0, 5, 7, 2, 10}, "7sus4", "the third first: a fourth in its place"),
        ({0, 7, 10}, "5", "the third first: none"),
        ({0, 3, 10}, "min7", "a fifth left out is a perfect fifth"),
        ({0, 3, 6, 11}, "dim", "third and fifth the same, then the fewest other notes"),
        ({0, 3, 6, 9, 11}, "dim7", "a diminished seventh under the major one"),
        ({0, 2, 4, 7, 9, 10}, "13", "thirteenths lack their eleventh"),
        ({0, 4, 7, 9, 10}, "7", "equally far from 7 and 13: the more frequent"),
        ({0, 3, 8}, "min", "equally far from min and aug by triad: the third decides"),
    ],
)
def test_the_rule_by_example(intervals: set[int], quality: str, rule: str) -> None:
    assert nearest_quality(frozenset(intervals)) == quality, rule


@given(st.frozensets(st.integers(0, 11)))
def test_every_set_has_a_name_with_the_same_third(intervals: frozenset[int]) -> None:
    named = INTERVALS[nearest_quality(intervals)]

    def third(tones: frozenset[int]) -> int | None:
        return next((tone for tone in (4, 3, 5, 2) if tone in tones), None)

    assert third(named) == third(intervals)


@given(st.frozensets(st.integers(0, 11)))
def test_the_generator_has_a_member_for_every_set(intervals: frozenset[int]) -> None:
    assert nearest_quality(intervals, GENERATOR_QUALITIES) in GENERATOR_QUALITIES


def test_the_table_of_qualities_outside_the_generator() -> None:
    outside = {quality: member for quality, member in GENERATOR_TABLE.items() if quality != member}
    assert outside == {
        "minmaj7": "min", "11": "9", "maj13": "maj9", "7(#9)": "7(b9)", "1": "5", "min13": "min11",
        "augmaj7": "aug", "maj11": "maj9",
    }  # fmt: skip
    assert generator_quality("9") == "9"


@pytest.mark.parametrize("name", ["N", "X", "major", ""])
def test_what_the_generator_cannot_write_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="leave it out"):
        generator_quality(name)


def test_chord_types_are_their_own_and_add9_is_major() -> None:
    assert {name: chord_type(name) for name in CHORD_TYPES} == {name: name for name in CHORD_TYPES}
    assert chord_type("maj(9)") == "maj"
    with pytest.raises(InputError, match="choose from: maj, min"):
        chord_type("blah")


def test_the_generators_qualities_are_the_most_frequent_of_the_real_corpora(consort_data: Path) -> None:
    counts: collections.Counter[str] = collections.Counter()
    with gzip.open(consort_data / "chords-unified" / "songs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            counts.update(chord.split(":")[1] for chord in json.loads(line)["chords"])
    ours = {"add9": "maj(9)", "7alt": "7(b9)"}
    ranked = [ours.get(quality, quality) for quality, _ in counts.most_common()]
    assert set(ranked[:23]) == set(GENERATOR_QUALITIES)
    assert sum(counts.values()) > 400_000
