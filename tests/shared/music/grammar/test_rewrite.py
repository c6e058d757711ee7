"""Substitutions and colours."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from shared.errors import InputError
from shared.music.grammar.expand import Slot, to_slots
from shared.music.grammar.rewrite import Painter
from shared.music.grammar.rules import parse_rules
from tests.shared.music.grammar.toy import CALM, toy_rules


def painter(extra: str = "", mode: str = "major") -> Painter:
    return Painter(toy_rules(extra), mode, CALM, Random(5))


def rewritten(rule: str, bars: str, mode: str = "major") -> list[str]:
    slots = painter(f"[rewrite]\n1 : {rule}", mode).rewrite(to_slots(bars.split()))
    return [slot.numeral for slot in slots]


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("V -> ii V", "V | I", "ii V I"),
        ("V -> ii V", "V/IV | IV", "ii/IV V/IV IV"),
        ("V I -> V vi", "V | I | IV", "V vi IV"),
        ("* -> * V/@", "I | ii | I", "I V/ii ii I"),
        ("* -> * viio7/@", "I | ii/V | I", "I viio7/ii/V ii/V I"),
    ],
)
def test_a_rule_rewrites_where_it_matches(rule, before, after):
    assert rewritten(rule, before) == after.split()


@pytest.mark.parametrize(
    ("rule", "bars"),
    [
        ("V -> ii V", "I | V"),  # the last chord stays
        ("V I -> V vi", "V | I/IV | IV"),  # two keys are no pair
        ("* -> * V/@", "V | I"),  # the tonic's dominant is no applied one
        ("* -> * V/@", "V | viio"),  # a diminished chord is no tonic
        ("V -> ii V", "I V | I"),  # would be shorter than half a bar
    ],
)
def test_a_rule_keeps_away_elsewhere(rule, bars):
    assert rewritten(rule, bars) == bars.replace("|", " ").split()


def test_a_rewrite_keeps_the_time():
    slots = painter("[rewrite]\n1 : V -> ii V").rewrite(to_slots("I | V | I".split()))
    assert [slot.bars for slot in slots] == [1, Fraction(1, 2), Fraction(1, 2), 1]


def test_rules_of_the_local_mode_apply():
    extra = "[rewrite minor]\n1 : V -> iiø7 V"
    slots = painter(extra).rewrite(to_slots("V/ii | V | I".split()))
    assert [slot.numeral for slot in slots] == ["iiø7/ii", "V/ii", "V", "I"]


def test_colours_go_to_bare_numerals_by_the_most_particular_block():
    slots = painter().colour(to_slots("I vi V V/ii viio7 IVmaj7".split()))
    assert [slot.numeral for slot in slots] == ["I", "vi7", "V7", "V7b9/ii", "viio7", "IVmaj7"]


def test_a_numeral_keeps_its_colour_all_song_long():
    many = painter("[plain IV]\n1 : -\n1 : maj7\n1 : add9")
    first = {slot.numeral for _ in range(20) for slot in many.colour([Slot("IV", Fraction(1))])}
    assert len(first) == 1


def test_a_chord_without_a_third_is_written_large():
    power = painter("[plain i]\n1 : 5\n[plain bvii]\n1 : sus4")
    slots = power.colour(to_slots("i bvii/ii".split()))
    assert [slot.numeral for slot in slots] == ["I5", "bVIIsus4/ii"]


def test_a_numeral_that_nothing_colours_is_named():
    rules = parse_rules("[palette]\n1 : plain\n[plain V]\n1 : 7", "toy")
    bare = Painter(rules, "major", CALM, Random(0))
    with pytest.raises(InputError, match=r"\[colour \*min\]"):
        bare.colour([Slot("ii", Fraction(1))])


def test_between_the_same_neighbours_a_rule_decides_once():
    coin = painter("[rewrite]\n0.5 : V -> ii V")
    slots = to_slots(" | ".join(["I", "V"] * 40 + ["I"]).split())
    assert len(coin.rewrite(slots)) in (81, 121)
