"""Numerals of the grammar as chords."""

from __future__ import annotations

import re

import pytest

from shared.errors import InputError
from shared.music.chords import GENERATOR_QUALITIES, parse_harte
from shared.music.conditions import GENRES
from shared.music.grammar.numerals import chord_changes, numeral_chord
from shared.music.grammar.rules import load_rules


@pytest.mark.parametrize(
    ("numeral", "label"),
    [
        ("I", "C:maj"),
        ("bVI", "Ab:maj"),
        ("#ivo7", "F#:dim7"),
        ("iiø7", "D:hdim7"),
        ("I6", "C:maj6"),
        ("Iadd9", "C:maj(9)"),
        ("V7b9", "G:7(b9)"),
        ("V+7", "G:aug7"),
        ("bIII+", "Eb:aug"),
        ("V7sus4", "G:7sus4"),
        ("I5", "C:5"),
        ("i11", "C:min11"),
        ("V13", "G:13"),
        ("viio", "B:dim"),
        ("V7/ii", "A:7"),
        ("iiø7/vi", "B:hdim7"),
        ("bII7/IV", "F#:7"),
        ("V7/ii/V", "E:7"),
        ("viio7/i", "B:dim7"),
    ],
)
def test_numerals_count_from_the_major_scale(numeral, label):
    assert numeral_chord(numeral) == parse_harte(label)


def test_repeats_are_merged_and_the_tonic_moves_everything():
    assert chord_changes(["i", "i", "V7", "V7/V"], 9) == [parse_harte(name) for name in ("A:min", "E:7", "B:7")]


def test_a_chord_that_the_generator_cannot_write_is_refused():
    with pytest.raises(InputError, match="minmaj7"):
        numeral_chord("imaj7")


@pytest.mark.parametrize("genre", GENRES)
def test_every_numeral_and_every_coloured_numeral_of_the_rules_can_be_written(genre):
    """Each numeral as it stands, and each bare one with each suffix that a block gives it."""
    rules = load_rules(genre)
    words = {
        word.replace("/@", "").strip()
        for (symbol, _), productions in rules.blocks.items()
        if not symbol.startswith(("form", "section", "palette"))
        for production in productions
        for word in production.expansion.split()
        if re.fullmatch(r"[b#]?[ivIV]+\S*", word)
    }
    suffixes = {
        (symbol.split()[1].rstrip("/"), production.expansion)
        for (symbol, _), productions in rules.blocks.items()
        if re.fullmatch(r"\w+ [b#]?[ivIV]+/?", symbol)
        for production in productions
    }
    words |= {head + (suffix if suffix != "-" else "") for head, suffix in suffixes}
    assert len(words) > 20
    assert all(numeral_chord(word).quality in GENERATOR_QUALITIES for word in words)
