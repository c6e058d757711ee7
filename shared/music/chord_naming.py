"""The nearest named quality of a set of intervals: how `C:maj(#11)` becomes `C:maj`.

A set that a quality has exactly is that quality. Any other goes to the first by, in this order:

1. altered dominants (major third, minor seventh): with b9 `7(b9)`, else with #9 `7(#9)`, else with a lowered
   fifth in the place of the fifth and no ninth `7(b9)`, which stands for the corpora's `7alt`;
2. the same third (major, minor, fourth or second in its place, none);
3. the more of fifth (perfect or left out, lowered, raised) and seventh (minor, major, sixth, none) the same;
4. the smallest Hamming distance; thirteenths may lack their eleventh, as players leave it out;
5. the more frequent quality in the real corpora.

`GENERATOR_TABLE` is this rule over the 23 qualities of the generator.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from shared.errors import InputError
from shared.music.chord_types import ADD9, CHORD_TYPES, GENERATOR_QUALITIES, INTERVALS, QUALITIES, Intervals

_BY_INTERVALS = {intervals: quality for quality, intervals in INTERVALS.items()}

# The rest of the 31 in the order of their counts (`7(#9)`, `1` and below are not told apart by the corpora).
_BY_FREQUENCY = (
    *GENERATOR_QUALITIES, "minmaj7", "11", "maj13", "7(#9)", "1", "min13", "augmaj7", "maj11",
)  # fmt: skip

_ELEVENTH = 5
_OPTIONAL = {quality: frozenset({_ELEVENTH}) for quality in ("13", "maj13", "min13")}


def nearest_quality(intervals: Intervals, choices: Sequence[str] = QUALITIES) -> str:
    """Return the quality among `choices` that the rule above gives to a set of intervals.

    Args:
        intervals: semitones above the root, 0 to 11.
        choices: names of qualities.
    """
    return _nearest(intervals | {0}, tuple(choices))


def sounding_intervals(quality: str) -> Intervals:
    """Return the intervals that players sound: a thirteenth without its eleventh, all others whole."""
    return INTERVALS[quality] - _OPTIONAL.get(quality, frozenset())


@cache
def _nearest(intervals: Intervals, choices: tuple[str, ...]) -> str:
    exact = _BY_INTERVALS.get(intervals)
    if exact in choices:
        return exact
    for altered in _altered_dominants(intervals):
        if altered in choices:
            return altered
    return min(choices, key=lambda quality: _distance(intervals, quality))


def _altered_dominants(intervals: Intervals) -> tuple[str, ...]:
    """Return the altered dominants that a set may be called, the better first (rule 1)."""
    if not {4, 10} <= intervals:
        return ()
    if 3 in intervals and 1 not in intervals:
        return "7(#9)", "7(b9)"
    lowered_fifth = 6 in intervals and not {2, 7} & intervals
    return ("7(b9)",) if 1 in intervals or lowered_fifth else ()


def _distance(intervals: Intervals, quality: str) -> tuple[int, int, int, int]:
    """Return what rules 2 to 5 compare, the smaller the nearer."""
    named = INTERVALS[quality]
    third, fifth, seventh = (of(intervals) != of(named) for of in (_third, _fifth, _seventh))
    hamming = len((intervals ^ named) - (_OPTIONAL.get(quality, frozenset()) - intervals))
    return third, fifth + seventh, hamming, _BY_FREQUENCY.index(quality)


def _third(intervals: Intervals) -> int | None:
    return next((semitone for semitone in (4, 3, 5, 2) if semitone in intervals), None)


def _fifth(intervals: Intervals) -> int:
    return next((semitone for semitone in (7, 6, 8) if semitone in intervals), 7)


def _seventh(intervals: Intervals) -> int | None:
    diminished = {3, 6, 9} <= intervals and 7 not in intervals
    order = (10, 9, 11) if diminished else (10, 11, 9)
    return next((semitone for semitone in order if semitone in intervals), None)


# Every quality -> the member of the generator's 23 that stands for it.
GENERATOR_TABLE = {quality: nearest_quality(INTERVALS[quality], GENERATOR_QUALITIES) for quality in QUALITIES}

# Every quality -> its chord type: only add9 is none itself.
_TYPE_TABLE = {quality: "maj" if quality in ADD9 else quality for quality in QUALITIES}


def generator_quality(quality: str) -> str:
    """Return the member of `GENERATOR_QUALITIES` that is or stands for a quality.

    Raises:
        InputError: for N and X, which the generator does not write, and for no quality at all.
    """
    if quality not in GENERATOR_TABLE:
        raise InputError(f"'{quality}' has no quality that the generator writes; leave it out")
    return GENERATOR_TABLE[quality]


def chord_type(quality: str) -> str:
    """Return the one of the 32 `CHORD_TYPES` that a quality is or reduces to.

    Raises:
        InputError: for a name that is no quality.
    """
    reduced = _TYPE_TABLE.get(quality, quality)
    if reduced not in CHORD_TYPES:
        raise InputError(f"'{quality}' is no chord quality; choose from: {', '.join(QUALITIES)}")
    return reduced
