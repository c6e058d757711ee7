"""Chord labels in Harte syntax (Harte et al., ISMIR 2005) as mir_eval reads it: `C:maj`, `A:min7/b3`, `N`, `X`.

    label      = "N" | "X" | "&pause" | root [":" shorthand] ["(" degrees ")"] ["/" bass]
    root       = A-G, then any number of "b" or of "#"; flats also as "-" (Humdrum, before ":")
    shorthand  = a quality of `chord_types.QUALITIES`, its Harte spelling, or one of `ALIASES`
    degrees    = degree or "*" degree (left out), with commas between
    degree     = any number of "b" or of "#", then 1 to 13; in the bass relative to the root

A root alone is major; degrees without a shorthand are the whole chord. The root always sounds, even where a
label leaves it out. A lowered or raised fifth behind a shorthand takes the place of the fifth, as annotators
mean it (`min7(b5)`; mir_eval adds it). Degrees that make no named quality go to the nearest (`chord_naming`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.music.chord_naming import nearest_quality
from shared.music.chord_symbol import Chord, printable, refuse
from shared.music.chord_types import HARTE, INTERVALS, NO_CHORD, QUALITIES, UNKNOWN, Intervals
from shared.music.pitch_names import DEGREE_NAMES, PITCH_CLASS_NAMES, degree_semitones, pitch_class, plain_accidentals

# Shorthands outside the table: spellings of the chords-unified corpus and degrees of mir_eval's extended chords.
ALIASES: Mapping[str, str] = {
    "": "maj", "add9": "maj(9)", "7alt": "7(b9)", "b9": "7(b9)", "#9": "7(#9)", "#11": "9", "b13": "11",
    "6": "maj6", "hdim": "hdim7", "sus": "sus4", "9sus4": "7sus4",
}  # fmt: skip
_SHORTHANDS: Mapping[str, str] = {**ALIASES, **{quality: quality for quality in QUALITIES}}

_FIFTH = 7

NO_CHORD_WORDS = (NO_CHORD, "&pause")

_ROOT = re.compile(r"([A-G])(b+|#+|-+(?=[:(/]|$))?")
_SHORTHAND = re.compile(r":([^(/]*)")
_DEGREES = re.compile(r"\(([^()]*)\)")
_DEGREE = re.compile(r"(\*?)(b*|#*)(1[0-3]|[1-9])")

# Labels that an error may point to: every quality on every root.
_EXAMPLES = tuple(f"{root}:{quality}" for root in PITCH_CLASS_NAMES for quality in QUALITIES)


def parse_harte(label: str) -> Chord:
    """Return the chord of a Harte label.

    Raises:
        ChordError: when the label cannot be read; the sentence names the place and the nearest valid labels.
    """
    text = plain_accidentals(label.strip())
    if text in NO_CHORD_WORDS:
        return Chord.no_chord()
    if text == UNKNOWN:
        return Chord.unknown()
    found = _ROOT.match(text)
    if not found:
        refuse(label, text, 0, "no root A to G", _EXAMPLES)
    root, place = pitch_class(found.group()), found.end()
    quality, place = _read_quality(label, text, place)
    if place == len(text):
        return Chord(root, quality, root)
    if text[place] != "/":
        refuse(label, text, place, "nothing may follow", _EXAMPLES)
    degree = _DEGREE.fullmatch(text, place + 1)
    if not degree or degree.group(1):
        refuse(label, text, place + 1, "the bass is no degree", (f"{text[:place]}/{bass}" for bass in "357"))
    return Chord(root, quality, (root + degree_semitones(degree.group(2), int(degree.group(3)))) % 12)


def format_harte(chord: Chord) -> str:
    """Return the Harte label of a chord, in a spelling that mir_eval reads: `C:sus4(b7)/5`."""
    if chord.root < 0:
        return chord.quality
    bass = f"/{DEGREE_NAMES[(chord.bass - chord.root) % 12]}" if chord.bass != chord.root else ""
    return f"{PITCH_CLASS_NAMES[chord.root]}:{HARTE[chord.quality]}{bass}"


def _read_quality(label: str, text: str, place: int) -> tuple[str, int]:
    """Return the quality from shorthand and degrees that begin at `place`, and the place behind them."""
    shorthand = _SHORTHAND.match(text, place)
    start, name = place + 1, ""
    if shorthand:
        place, name = shorthand.end(), shorthand.group(1)
        if name not in _SHORTHANDS:
            refuse(label, text, start, f"no quality '{printable(name)}'", _EXAMPLES)
    degrees = _DEGREES.match(text, place)
    if degrees:
        intervals = _with_degrees(label, text, name, degrees)
        return nearest_quality(intervals), degrees.end()
    if shorthand and not name:
        refuse(label, text, place, "no quality behind the colon", _EXAMPLES)
    return _SHORTHANDS[name], place


def _with_degrees(label: str, text: str, name: str, degrees: re.Match[str]) -> Intervals:
    """Return the intervals of a shorthand (an empty one is major, or nothing) with a list of degrees."""
    alone = not name and "*" not in degrees.group(1)
    intervals = {0} if alone else set(INTERVALS[_SHORTHANDS[name]])
    for written in degrees.group(1).split(","):
        degree = _DEGREE.fullmatch(written.strip())
        if not degree:
            refuse(label, text, degrees.start(1), f"no degree '{printable(written)}'", _EXAMPLES)
        if name and degree.group() in ("b5", "#5"):
            intervals.discard(_FIFTH)
        semitones = degree_semitones(degree.group(2), int(degree.group(3)))
        (intervals.discard if degree.group(1) else intervals.add)(semitones)
    return frozenset(intervals)
