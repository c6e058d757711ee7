"""What stands behind the root in a lead-sheet name, read as intervals: `m7b5` is 0 3 6 10.

Parts in any sensible order; spaces, commas and parentheses between them say nothing:

| part                            | meaning                                                        |
|---------------------------------|----------------------------------------------------------------|
| `m` `min` `-` `mi`              | minor third                                                    |
| `maj` `M` `ma` `j` `^` `Δ`      | major third; before a number or after a 7, the major seventh   |
| `dim` `o` `°` `d`               | diminished triad; before a number, the diminished seventh      |
| `hdim` `h` `ø`                  | half-diminished seventh                                        |
| `aug` `+` `a`                   | raised fifth                                                   |
| `sus` `sus2` `sus4` `sus24`     | fourth or second for the third                                 |
| `5` `1` `Bass`                  | no third; the root alone                                       |
| `6` `69` `7` `9` `11` `13`      | sixth; seventh and what stands above it                        |
| `b5` `#9` `b13`, `7+5`, `7-9`   | altered degrees; `+` and `-` so only after a number            |
| `2` `4` `add9` `7(13)` `7/13`   | added degrees                                                  |
| `no3` `omit5`                   | degrees left out                                               |
| `alt` `phryg`                   | b9 over the dominant seventh; the same over a suspended fourth |

`d` and `a` are the Nottingham database's, `h`, `phryg` and `Bass` Impro-Visor's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.music.chord_types import Intervals
from shared.music.pitch_names import degree_semitones

_PARTS = re.compile(
    r"(?P<ignored>[ ,()]+|dom)"
    r"|(?P<single>Bass|1(?![0-9]))"
    r"|(?P<phryg>phryg)"
    r"|(?P<alt>alt)"
    r"|(?P<omitted>(?:no|omit) ?(?P<omitted_degree>3|5|7|9|11)(?:rd|th)?)"
    r"|(?P<added>(?:add|/(?=9|11|13)) ?(?P<added_sign>[b#]*)(?P<added_degree>13|11|9|7|6|4|2))"
    r"|(?P<sus>sus ?(?:2/?4|4/?2|2|4)?)"
    r"|(?P<minor>[Mm]in(?:or)?|MIN|[Mm]i|m(?!a(?!dd|ug)))"
    r"|(?P<triangle>[\^Δ\u2206\u25b3])"
    r"|(?P<major>[Mm]aj(?:or)?|MAJ|[Mm]a(?!dd|ug)|M|j)"
    r"|(?P<hdim>hdim|h|[øØ])"
    r"|(?P<dim>dim|[o°\u00ba\u02da]|d(?![a-z]))"
    r"|(?P<aug>aug|a(?![a-z]))"
    r"|(?P<altered>[b#+\-\u2212\u2013](?P<degree>13|11|10|9|7|6|5|4|2)?)"
    r"|(?P<number>6 ?/ ?9|69|13|11|9|7|6|5|4|2)"
)

_ONCE = ("minor", "major", "triangle", "hdim", "dim", "aug", "alt", "single")


class SuffixError(Exception):
    """Where and why reading stopped: the caller knows the label and says it to the user."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


def read_suffix(text: str, start: int) -> tuple[Intervals, int]:
    """Read a suffix from `start` to the end or to a stroke that a note follows.

    Returns:
        Semitones above the root, and the place behind the last part.

    Raises:
        SuffixError: when a part cannot be read.
    """
    suffix, place, seen = _Suffix(), start, set[str]()
    while place < len(text) and (part := _PARTS.match(text, place)):
        kind = part.lastgroup or ""
        if kind in _ONCE and kind in seen:
            raise SuffixError(place, f"'{part.group()}' a second time")
        try:
            place = _READERS[kind](suffix, part) or part.end()
        except ValueError as error:
            raise SuffixError(place, str(error)) from error
        seen.add(kind)
    if place < len(text) and text[place] not in "/\\":
        raise SuffixError(place, f"nothing reads '{text[place]}'" if text[place].isprintable() else "no name")
    if text.count("(", start, place) != text.count(")", start, place):
        raise SuffixError(place, "a parenthesis is not closed or not opened")
    return suffix.intervals(), place


@dataclass
class _Suffix:
    """What the parts have said so far; degrees are those of the major scale, the rest semitones."""

    thirds: set[int] = field(default_factory=lambda: {4})
    fifths: set[int] = field(default_factory=lambda: {7})
    seventh: int | None = None
    number: int = 0
    diminished: bool = False
    major: bool = False
    triangle: bool = False
    added: set[int] = field(default_factory=set)
    replaced: set[int] = field(default_factory=set)

    def intervals(self) -> Intervals:
        """Return the semitones above the root that all parts make together."""
        seventh = 11 if self.triangle and not self.number and self.seventh is None else self.seventh
        extensions = (degree for degree in (9, 11, 13) if degree <= self.number and degree not in self.replaced)
        natural = {degree_semitones("", degree) for degree in extensions}
        tones = {0} | self.thirds | self.fifths | self.added | natural
        return frozenset(tones if seventh is None else tones | {seventh})


def _ignored(suffix: _Suffix, part: re.Match[str]) -> None:
    """Separators say nothing themselves; a number behind a parenthesis looks back at it."""


def _single(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.thirds, suffix.fifths = set(), set()


def _phryg(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.thirds, suffix.seventh = {5}, 10
    suffix.added.add(1)


def _alt(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.seventh = 10
    suffix.added.add(1)


def _omitted(suffix: _Suffix, part: re.Match[str]) -> None:
    degree = int(part["omitted_degree"])
    if degree == 3:
        suffix.thirds = set()
    elif degree == 5:
        suffix.fifths = set()
    elif degree == 7:
        suffix.seventh = None
    else:
        suffix.replaced.add(degree)


def _added(suffix: _Suffix, part: re.Match[str]) -> None:
    sign, degree = part["added_sign"], int(part["added_degree"])
    # A chord's seventh is the minor one unless it is called major.
    suffix.added.add(degree_semitones("b" if degree == 7 and not sign else sign, degree))


def _sus(suffix: _Suffix, part: re.Match[str]) -> None:
    written = part.group()
    fourth_or_second = {semitone for digit, semitone in (("4", 5), ("2", 2)) if digit in written} or {5}
    suffix.thirds = suffix.thirds - {3, 4} | fourth_or_second


def _minor(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.thirds = {3}


def _major(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.major = True
    if suffix.number >= 7 and suffix.seventh == 10:
        suffix.seventh = 11


def _triangle(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.triangle = True
    _major(suffix, part)


def _hdim(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.thirds, suffix.fifths, suffix.seventh = {3}, {6}, 10


def _dim(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.thirds, suffix.fifths, suffix.diminished = {3}, {6}, True


def _aug(suffix: _Suffix, part: re.Match[str]) -> None:
    suffix.fifths = suffix.fifths - {7} | {8}


def _altered(suffix: _Suffix, part: re.Match[str]) -> int | None:
    """Read an altered degree; `+` and `-` before any number are augmented and minor."""
    sign, degree = part.group()[0], int(part["degree"] or 0)
    if sign not in "b#" and not (suffix.number and degree):
        (_aug if sign == "+" else _minor)(suffix, part)
        return part.start() + 1
    if not degree:
        raise ValueError(f"no degree behind '{sign}'")
    sharp = sign in "#+"
    if degree == 5:
        suffix.fifths = suffix.fifths - {7} | {8 if sharp else 6}
    elif degree == 7:
        suffix.seventh = 11 if sharp else 10
    else:
        suffix.added.add(degree_semitones("#" if sharp else "b", degree))
        suffix.replaced.add(degree if degree > 7 else degree + 7)
    return None


def _number(suffix: _Suffix, part: re.Match[str]) -> None:
    written = part.group()
    number = 6 if written.startswith("6") else int(written)
    behind_parenthesis = part.string[: part.start()].rstrip()[-1:] in ("(", ",")
    if suffix.number and behind_parenthesis:
        suffix.added.add(degree_semitones("", number))
    elif suffix.number >= 7 and suffix.major and suffix.diminished and number == 7:
        suffix.added.add(11)  # `o7M7`: the major seventh over a diminished one
    elif suffix.number and not (suffix.number == 6 and number == 7):
        raise ValueError(f"'{written}' behind another number")
    else:
        _first_number(suffix, part, number)


def _first_number(suffix: _Suffix, part: re.Match[str], number: int) -> None:
    if number >= 7:
        plain = 9 if suffix.diminished else 10
        suffix.seventh = 11 if suffix.major or suffix.triangle else plain
    elif number == 5:
        if _is_plain(suffix):
            suffix.thirds = set()
    else:
        suffix.added |= {degree_semitones("", number)} | ({2} if part.group().endswith("9") else set())
    suffix.number = number


def _is_plain(suffix: _Suffix) -> bool:
    """Tell whether nothing has been said yet: only then a 5 is a power chord."""
    return suffix == _Suffix()


_READERS: Mapping[str, Callable[[_Suffix, re.Match[str]], int | None]] = {
    "ignored": _ignored, "single": _single, "phryg": _phryg, "alt": _alt, "omitted": _omitted,
    "added": _added, "sus": _sus, "minor": _minor, "major": _major, "triangle": _triangle,
    "hdim": _hdim, "dim": _dim, "aug": _aug, "altered": _altered, "number": _number,
}  # fmt: skip
