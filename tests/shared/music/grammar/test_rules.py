"""The rule language, and the eight rule files of the project."""

from __future__ import annotations

import collections
import math
import re
from random import Random

import pytest

from shared.errors import InputError
from shared.music.conditions import GENRES, SCALE_TYPES
from shared.music.grammar.expand import Expander
from shared.music.grammar.rules import draw, load_rules, parse_rules
from shared.music.moods import MOOD_TABLE
from tests.shared.music.grammar.toy import CALM, WILD, toy_rules


def test_a_lean_multiplies_the_weight_by_its_exponential():
    plain, leaning = toy_rules().alternatives("loop", "major")
    assert plain.weight_in(WILD) == plain.weight_in(CALM) == 1.0
    assert leaning.weight_in(WILD) == pytest.approx(math.exp(0.8))
    assert leaning.weight_in(CALM) == pytest.approx(math.exp(-0.8))


def test_a_mode_adds_its_own_alternatives():
    rules = parse_rules("[x]\n1 : I\n[x minor]\n1 : i", "toy")
    assert [production.expansion for production in rules.alternatives("x", "major")] == ["I"]
    assert [production.expansion for production in rules.alternatives("x", "minor")] == ["I", "i"]


def test_a_sharp_is_no_comment():
    rules = parse_rules("# remark\n[x]\n1 : #ivo7 | I", "toy")
    assert rules.alternatives("x", "major")[0].expansion == "#ivo7 | I"


@pytest.mark.parametrize("line", ["I | IV", "one : I", "1 q+1 : I", "1 :"])
def test_a_line_that_is_no_rule_is_named(line):
    with pytest.raises(InputError, match=r"toy, line 2"):
        parse_rules(f"[x]\n{line}", "toy")


def test_a_missing_block_is_named():
    with pytest.raises(InputError, match=r"\[bridge\]"):
        toy_rules().choose("bridge", "major", CALM, Random(0))


def test_a_missing_file_or_setting_is_named(tmp_path):
    with pytest.raises(InputError, match=r"jazz\.txt"):
        load_rules("jazz", tmp_path)
    (tmp_path / "jazz.txt").write_bytes(b"[x]\n1 : \xff")
    with pytest.raises(InputError, match="UTF-8"):
        load_rules("jazz", tmp_path)
    with pytest.raises(InputError, match="'swing = "):
        toy_rules().setting("swing")


def test_draws_follow_the_weights():
    rng = Random(3)
    counts = collections.Counter(draw([1.0, 3.0, 0.0], rng) for _ in range(4000))
    assert counts[2] == 0
    assert counts[1] / counts[0] == pytest.approx(3.0, rel=0.15)


@pytest.mark.parametrize("genre", GENRES)
def test_every_symbol_that_a_file_uses_is_defined_in_the_mode_that_asks_for_it(genre):
    """`<x>/IV` asks for the major block whatever the mode; a palette's numerals need a fallback."""
    rules = load_rules(genre)
    for (symbol, mode), productions in rules.blocks.items():
        for production in productions:
            for name, target in re.findall(r"<(\w+)(?::\w+)?>(?:/([b#]?[ivIV]+))?", production.expansion):
                asked = {("major" if target.lstrip("b#").isupper() else "minor")} if target else {mode or "any"}
                for wanted in SCALE_TYPES if asked == {"any"} else asked:
                    assert rules.alternatives(name, wanted), f"{genre}: <{name}> of [{symbol}] in {wanted}"


@pytest.mark.parametrize("mode", SCALE_TYPES)
@pytest.mark.parametrize("genre", GENRES)
def test_sections_come_in_groups_of_four_bars(genre, mode):
    """Forms that a listener can follow; a blues may add a tag of two bars."""
    expander = Expander(load_rules(genre), mode, MOOD_TABLE["interest"], Random(genre))
    for _ in range(40):
        for name in dict.fromkeys(name for name, _ in expander.form()):
            section = expander.section(name)
            for ending in "-.":
                bars = sum(slot.bars for slot in section.slots(ending))
                assert bars % (2 if genre == "blues" else 4) == 0
                assert bars >= 4
