"""Harmonic rhythm: how long the chords of a section sound, and which of them each bar shows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random

from shared.music.grammar.expand import Section, Slot

_METERS_IN_FOUR = ("4/4", "12/8")


def changes_per_bar(slots: Iterable[Slot]) -> float:
    """Return the chord changes per bar of a run of slots; a repeated numeral is no change."""
    listed = list(slots)
    numerals = [slot.numeral for slot in listed]
    changes = sum(a != b for a, b in pairwise(["", *numerals]))
    return changes / float(sum(slot.bars for slot in listed))


def fit_sections(sections: dict[str, Section], target: float, shortest: Fraction, rng: Random) -> dict[str, Section]:
    """Double or halve the lengths of some sections so that their mean harmonic rhythm nears `target`.

    Args:
        sections: the sections of the song by name.
        target: chord changes per bar.
        shortest: no chord becomes shorter than this many bars.
        rng: draws which sections; the share that changes is the distance to the target in octaves.
    """
    raw = changes_per_bar([slot for section in sections.values() for slot in section.slots(".")])
    octaves = max(-1.0, min(1.0, math.log2(target / raw)))
    factor = Fraction(1, 2) if octaves > 0 else Fraction(2)
    fitted = {}
    for name, section in sections.items():
        fits = factor == 2 or _can_be_halved(section, shortest)
        fitted[name] = _scaled(section, factor) if fits and rng.random() < abs(octaves) else section
    return fitted


def _can_be_halved(section: Section, shortest: Fraction) -> bool:
    """Whether body and endings have an even number of bars, and no chord would become too short."""
    parts = (section.body, section.first_ending, section.second_ending)
    even = all(sum(slot.bars for slot in part) % 2 == 0 for part in parts)
    return even and all(slot.bars >= 2 * shortest for part in parts for slot in part)


def _scaled(section: Section, factor: Fraction) -> Section:
    """Multiply every duration of a section."""
    return section.map(lambda slots: [replace(slot, bars=slot.bars * factor) for slot in slots])


def allowed_meters(meters: list[str], slots: Iterable[Slot]) -> list[str]:
    """Keep the meters that can hold the shortest chord: under half a bar only four-beat bars can."""
    if min(slot.bars for slot in slots) >= Fraction(1, 2):
        return meters
    return [meter for meter in meters if meter in _METERS_IN_FOUR] or [_METERS_IN_FOUR[0]]


def to_bars(slots: Iterable[Slot]) -> list[list[str]]:
    """List the numerals that start or sound in each bar."""
    bars: list[list[str]] = []
    now = Fraction(0)
    for slot in slots:
        end = now + slot.bars
        for bar in range(math.floor(now), math.ceil(end)):
            while len(bars) <= bar:
                bars.append([])
            bars[bar].append(slot.numeral)
        now = end
    return bars
