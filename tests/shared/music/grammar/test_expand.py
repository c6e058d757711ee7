"""From symbols to numerals with durations."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from shared.errors import InputError
from shared.music.grammar.expand import Expander, Slot, local_mode, to_slots
from shared.music.grammar.rules import parse_rules
from tests.shared.music.grammar.toy import CALM, toy_rules


def expander(extra: str = "", mode: str = "major") -> Expander:
    return Expander(toy_rules(extra), mode, CALM, Random(1))


def numerals(slots: list[Slot]) -> list[str]:
    return [slot.numeral for slot in slots]


def test_chords_share_their_bar_and_a_dot_prolongs():
    slots = to_slots("I | ii V | I . . IV".split())
    assert slots == [
        Slot("I", Fraction(1)),
        Slot("ii", Fraction(1, 2)),
        Slot("V", Fraction(1, 2)),
        Slot("I", Fraction(3, 4)),
        Slot("IV", Fraction(1, 4)),
    ]


def test_nothing_gives_no_slots():
    assert to_slots([]) == []


def test_a_named_symbol_repeats_and_endings_differ():
    section = expander().section("verse")
    assert numerals(section.body)[:2] == numerals(section.body)[2:]
    assert numerals(section.slots("-"))[-2:] == ["ii", "V"]
    assert numerals(section.slots("."))[-2:] == ["V", "I"]


def test_a_target_moves_the_bars_and_chooses_the_mode():
    there = expander("[away]\n1 : <loop>/IV | <loop>/vi")
    tokens = there.expand("<away>", "major")
    assert tokens[0] == "I/IV"
    assert tokens[2] in ("IV/IV", "vi/IV")
    assert tokens[3:] == ["|", "i/vi", "|", "iv/vi"]


def test_targets_nest():
    there = expander("[deep]\n1 : <applied>/V\n[applied]\n1 : V/ii | ii")
    assert there.expand("<deep>", "major") == ["V/ii/V", "|", "ii/V"]


def test_head_tail_and_local_mode():
    slot = Slot("V7/ii/V", Fraction(1))
    assert (slot.head, slot.tail) == ("V7", "/ii/V")
    assert local_mode(slot.tail, "major") == "minor"
    assert local_mode("/bIII", "minor") == "major"
    assert local_mode("", "minor") == "minor"


def test_a_section_without_two_endings_is_refused():
    rules = parse_rules("[form]\n1 : x-\n[section x]\n1 : I | V", "toy")
    with pytest.raises(InputError, match="second"):
        Expander(rules, "major", CALM, Random(0)).section("x")


def test_the_form_names_sections_and_endings():
    assert expander().form() == [("verse", "-"), ("verse", ".")]
