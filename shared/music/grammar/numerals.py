"""Numerals of the grammar as chords: `V7/ii` in C is A:7."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from shared.music.chords import GENERATOR_QUALITIES, Chord
from shared.music.keys import Key
from shared.music.roman import parse_roman


@lru_cache(maxsize=4096)
def numeral_chord(numeral: str) -> Chord:
    """Return the chord of a numeral in C; degrees count from the major scale in both modes.

    Every key named behind a stroke is the tonic for what stands before it: `V7/ii/V` is the dominant seventh
    of the second degree of the dominant.

    Raises:
        ValueError: when the chord is not one that the generator can write.
    """
    head, *targets = numeral.split("/")
    tonic = 0
    for target in reversed(targets):
        tonic = parse_roman(target, Key(tonic, "major")).root
    chord = parse_roman(head, Key(tonic, "major"))
    if chord.quality not in GENERATOR_QUALITIES:
        raise ValueError(f"numeral {numeral}: the generator has no quality '{chord.quality}'")
    return chord


def chord_changes(numerals: Iterable[str], tonic: int = 0) -> list[Chord]:
    """Return the chords of the numerals on a tonic, consecutive repeats merged."""
    chords: list[Chord] = []
    for numeral in numerals:
        chord = numeral_chord(numeral).transpose(tonic)
        if not chords or chord != chords[-1]:
            chords.append(chord)
    return chords
