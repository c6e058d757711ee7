"""Harmonic rhythm: stretching, meters and bars."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from shared.music.grammar.expand import Section, to_slots
from shared.music.grammar.rhythm import allowed_meters, changes_per_bar, fit_sections, to_bars


def section(bars: str) -> Section:
    return Section("x", to_slots(bars.split()), to_slots("V | V".split()), to_slots("I | I".split()))


def test_changes_per_bar_by_hand():
    assert changes_per_bar(to_slots("I | I | ii V | I".split())) == pytest.approx(4 / 4)


@pytest.mark.parametrize(("target", "factor"), [(4.0, Fraction(1, 2)), (0.1, Fraction(2)), (0.75, Fraction(1))])
def test_sections_move_towards_the_target(target, factor):
    plain = {"x": section("I | ii | IV | IV")}  # body and second ending: 4 changes in 6 bars
    target = changes_per_bar(plain["x"].slots(".")) if factor == 1 else target
    fitted = fit_sections(plain, target, Fraction(1, 2), Random(0))["x"]
    assert [slot.bars for slot in fitted.slots(".")] == [factor] * 6


def test_a_section_with_odd_bars_or_short_chords_is_not_halved():
    for bars in ("I | V | I", "I V | I | IV | V"):
        plain = {"x": section(bars)}
        assert fit_sections(plain, 8.0, Fraction(1, 2), Random(0)) == plain


def test_only_four_beats_hold_a_quarter_bar():
    assert allowed_meters(["3/4", "4/4"], to_slots("I ii V I".split())) == ["4/4"]
    assert allowed_meters(["3/4"], to_slots("I ii V I".split())) == ["4/4"]
    assert allowed_meters(["3/4", "4/4"], to_slots("ii V".split())) == ["3/4", "4/4"]


def test_a_bar_lists_what_starts_or_sounds_in_it():
    slots = to_slots("I ii | V".split())
    longer = [type(slot)(slot.numeral, slot.bars * 3) for slot in slots]
    assert to_bars(longer) == [["I"], ["I", "ii"], ["ii"], ["V"], ["V"], ["V"]]
