"""Numerals of the grammar as chords: `V7/ii` in C is A:7."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from shared.errors import InputError
from shared.music.chords import GENERATOR_QUALITIES, Chord
from shared.music.keys import Key
from shared.music.roman import parse_roman

# Degrees count from the major scale in both modes, so that `bVI` and `VI` are what they are everywhere.
_C = Key(0, "major")


@lru_cache(maxsize=4096)
def numeral_chord(numeral: str) -> Chord:
    """Return the chord of a numeral in C.

    Raises:
        InputError: when it is no numeral, or a chord that the generator cannot write.
    """
    chord = parse_roman(numeral, _C)
    if chord.quality not in GENERATOR_QUALITIES:
        raise InputError(f"numeral '{numeral}' is a {chord.quality} chord, which the generator cannot write")
    return chord


def chord_changes(numerals: Iterable[str], tonic: int = 0) -> list[Chord]:
    """Return the chords of the numerals on a tonic, consecutive repeats merged."""
    chords: list[Chord] = []
    for numeral in numerals:
        chord = numeral_chord(numeral).transpose(tonic)
        if not chords or chord != chords[-1]:
            chords.append(chord)
    return chords
