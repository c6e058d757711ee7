"""The embedded corpus: what is committed is what the rules write, and it keeps its promises."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import ConsortError
from shared.music.chords import parse
from shared.music.conditions import GENRES, MOODS
from shared.music.grammar.build import (
    CORPUS,
    LONGEST,
    MOST_BARS,
    SHORTEST,
    BuildConfig,
    corpus,
    main,
    to_json_lines,
    write_new,
)
from shared.music.grammar.novelty import LEAK_RUN, NEAR_COPY_SHARE, Novelty, runs
from shared.music.grammar.plan import commissions
from shared.music.grammar.rules import parse_rules
from shared.music.keys import parse_key
from tests.shared.music.grammar.toy import TOY

Record = dict[str, Any]


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def relative(record: Record) -> tuple[tuple[int, str], ...]:
    tonic = parse_key(record["key"]).tonic
    chords = (parse(label).transpose(-tonic) for label in record["chords"])
    return tuple((chord.root, chord.quality) for chord in chords)


def test_building_again_gives_the_committed_file():
    assert to_json_lines(corpus(BuildConfig().seed)) == CORPUS.read_text(encoding="utf-8")


def test_it_holds_what_was_planned(records):
    plan = commissions(BuildConfig().seed)
    assert len(records) == 1080
    assert [(record["genre"], record["mood"], record["scale_type"], record["split"]) for record in records] == [
        ([item.genre], item.mood, item.mode, item.split) for item in plan
    ]
    assert set(Counter(record["key"] for record in records).values()) == {45}
    assert Counter(record["split"] for record in records) == {"train": 864, "validation": 162, "test": 54}


def test_records_are_whole(records):
    assert len({record["id"] for record in records}) == len({record["title"] for record in records}) == 1080
    for record in records:
        assert SHORTEST <= len(record["chords"]) <= LONGEST
        assert len(record["bars"]) == len(record["sections"]) <= MOST_BARS
        assert all(record["bars"])
        assert 50 <= record["tempo"] <= 240
        assert record["key"].endswith(record["scale_type"])
        assert record["genre"][0] in GENRES
        assert record["mood"] in MOODS


def test_bars_and_changes_tell_the_same(records):
    for record in records:
        played = [label for bar in record["bars"] for label in bar]
        merged = [label for place, label in enumerate(played) if place == 0 or label != played[place - 1]]
        assert merged == record["chords"]


def test_every_progression_is_distinct_up_to_transposition(records):
    assert len({relative(record) for record in records}) == 1080


def test_no_run_of_twelve_chords_stands_on_both_sides_of_the_split(records):
    train, held_out = set(), set()
    for record in records:
        (train if record["split"] == "train" else held_out).update(runs(relative(record), LEAK_RUN))
    assert len(train) > 10_000
    assert len(held_out) > 2_500
    assert train.isdisjoint(held_out)


def test_no_progression_is_a_near_copy(records):
    novelty = Novelty()
    for record in sorted(records, key=lambda record: record["split"] != "train"):
        assert novelty.shared_with_nearest(relative(record)) <= NEAR_COPY_SHARE
        novelty.add(relative(record), record["split"])


def test_most_end_on_their_tonic(records):
    """Vamps and bridges may fade out on another chord, but a listener should mostly come home."""
    home = sum(relative(record)[-1][0] == 0 for record in records)
    assert home > 0.9 * len(records)


def test_rules_that_write_only_one_song_are_named():
    """Four times `I IV ii V` and an end: the second draft is a transposition of the first, and so are all."""
    section = "[section once]\n1 : <tune> | <tune> | <tune> | <tune> // V | I // V | I\n"
    form = f"[form]\n1 : once.\n{section}[tune]\n1 : I IV ii V"
    rules = parse_rules(TOY.split("[form]", maxsplit=1)[0] + form + TOY[TOY.index("\n[palette]") :], "toy")
    commission = replace(commissions(7)[0], mode="major")
    novelty = Novelty()
    write_new(commission, rules, novelty, 7)
    with pytest.raises(ConsortError, match=r"toy\.txt"):
        write_new(commission, rules, novelty, 7)


def test_the_command_writes_the_file_and_counts(tmp_path, capsys, monkeypatch, records):
    monkeypatch.setattr("shared.music.grammar.build.corpus", lambda seed, folder: records[:3])
    assert main(["--output", str(tmp_path / "some.jsonl")]) == 0
    assert "3 progressions" in capsys.readouterr().out
    assert (tmp_path / "some.jsonl").read_text(encoding="utf-8") == to_json_lines(records[:3])
