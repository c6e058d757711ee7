r"""Chord names of lead sheets, as musicians write them: `Am`, `Cmaj7`, `F#m7b5`, `Bb/D`, `C7#5#9`, `N.C.`.

    name = "NC" | "N.C." | root suffix [("/" | "\") (note | root suffix)]     also in parentheses as a whole

The suffix is read by `chord_suffix`. Behind a stroke stands the bass note (the Nottingham database writes it
small, its sharp as `+`); where a chord stands (`C/D7`, Impro-Visor's `C\A`) its root is the bass. Degrees that
make no named quality go to the nearest one (`chord_naming`).
"""

from __future__ import annotations

import re

from shared.music.chord_naming import nearest_quality
from shared.music.chord_suffix import SuffixError, read_suffix
from shared.music.chord_symbol import Chord, refuse
from shared.music.chord_types import NO_CHORD, UNKNOWN
from shared.music.keys import Key
from shared.music.pitch_names import PITCH_CLASS_NAMES, pitch_class, plain_accidentals

# How each quality is written behind the root.
SUFFIXES = {
    "maj": "", "min": "m", "aug": "aug", "dim": "dim", "sus4": "sus4", "sus2": "sus2", "5": "5", "1": "1",
    "7": "7", "maj7": "maj7", "min7": "m7", "minmaj7": "m(maj7)", "maj6": "6", "min6": "m6",
    "dim7": "dim7", "hdim7": "m7b5", "aug7": "7#5", "augmaj7": "maj7#5", "7sus4": "7sus4",
    "9": "9", "maj9": "maj9", "min9": "m9", "maj(9)": "add9", "7(b9)": "7b9", "7(#9)": "7#9",
    "11": "11", "maj11": "maj11", "min11": "m11", "13": "13", "maj13": "maj13", "min13": "m13",
}  # fmt: skip
_EXAMPLES = tuple(root + suffix for root in PITCH_CLASS_NAMES for suffix in SUFFIXES.values())

_NO_CHORD = re.compile(r"n\.? ?c\.?|no ?chord", re.IGNORECASE)
_ROOT = re.compile(r"[A-G](?:b+|#+|x)?")
_BASS = re.compile(r"[/\\] ?([A-Ga-g](?:b+|#+|x|\++)?)")


def parse_lead_sheet(name: str) -> Chord:
    """Return the chord of a lead-sheet name.

    Raises:
        ChordError: when the name cannot be read; the sentence names the place and the nearest valid names.
    """
    text = plain_accidentals(name.strip())
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if text == NO_CHORD or _NO_CHORD.fullmatch(text):
        return Chord.no_chord()
    if text == UNKNOWN:
        return Chord.unknown()
    found = _ROOT.match(text)
    if not found:
        refuse(name, text, 0, "no root A to G", _EXAMPLES)
    root = bass = pitch_class(found.group())
    quality, place = _read_suffix(name, text, found.end())
    if place < len(text):
        below = _BASS.match(text, place)
        if not below:
            refuse(name, text, place, "no bass note", (f"{text[:place]}/{note}" for note in PITCH_CLASS_NAMES))
        bass = pitch_class(below.group(1).replace("+", "#"))
        _, place = _read_suffix(name, text, below.end())
    if place < len(text):
        refuse(name, text, place, "nothing may follow the bass", _EXAMPLES)
    return Chord(root, quality, bass)


def format_lead_sheet(chord: Chord, key: Key | None = None) -> str:
    """Return the lead-sheet name of a chord, its notes spelt as the key asks: `F#m7b5`, `A/C#`, `N.C.`.

    Without a key the notes are spelt as in C major.
    """
    if chord.root < 0:
        return "N.C." if chord.quality == NO_CHORD else chord.quality
    spelling = key or Key(0, "major")
    name = spelling.note_name(chord.root) + SUFFIXES[chord.quality]
    return name if chord.bass == chord.root else f"{name}/{spelling.bass_name(chord)}"


def _read_suffix(label: str, text: str, place: int) -> tuple[str, int]:
    """Return the quality that a suffix names and the place of the stroke or the end behind it."""
    try:
        intervals, place = read_suffix(text, place)
    except SuffixError as error:
        refuse(label, text, error.place, error.reason, _EXAMPLES)
    return nearest_quality(intervals), place
