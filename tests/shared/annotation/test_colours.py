"""Chord colours: told apart, ordered by fifths, readable."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from shared.annotation.colours import NO_CHORD_COLOUR, ROOTS_BY_FIFTHS, chord_colour, ink_on
from shared.music.chords import Chord, parse


def distance(first: Chord, second: Chord) -> float:
    return float(np.linalg.norm(np.subtract(chord_colour(first), chord_colour(second))))


def test_all_24_triads_are_told_apart() -> None:
    triads = [Chord(root, quality, root) for root in range(12) for quality in ("maj", "min")]
    assert min(distance(*pair) for pair in combinations(triads, 2)) > 0.05
    assert all(0 <= channel <= 1 for triad in triads for channel in chord_colour(triad))


def test_neighbours_on_the_circle_of_fifths_look_alike() -> None:
    assert ROOTS_BY_FIFTHS[:4] == (0, 7, 2, 9)
    c, g, f_sharp = (Chord(root, "maj", root) for root in (0, 7, 6))
    assert distance(c, g) < distance(c, f_sharp) / 2


def test_the_colour_is_that_of_root_and_third() -> None:
    assert chord_colour(parse("C:maj7/3")) == chord_colour(parse("C:sus4")) == chord_colour(parse("C:7(#9)"))
    assert chord_colour(parse("C:hdim7")) == chord_colour(parse("C:min"))
    assert chord_colour(parse("N")) == NO_CHORD_COLOUR != chord_colour(parse("X"))


def test_text_is_dark_on_light_and_light_on_dark() -> None:
    assert {ink_on(chord_colour(Chord(root, "maj", root))) for root in range(12)} == {"black"}
    assert {ink_on(chord_colour(Chord(root, "min", root))) for root in range(12)} == {"white"}
    assert ink_on(NO_CHORD_COLOUR) == "black"
