"""Note names and scale degrees as pitch classes: `F##` is 7, the degree `b7` is 10."""

from __future__ import annotations

# C = 0. In Harte syntax, in the names of keys, and in lead sheets without a key.
PITCH_CLASS_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# Semitones of the degrees 1 to 7 of the major scale, and of the natural notes.
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
NATURAL = dict(zip("CDEFGAB", MAJOR_SCALE, strict=True))

# Each pitch class above a root as a degree, as the bass of a chord is written.
DEGREE_NAMES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")

_ASCII = {"♭": "b", "♯": "#", "𝄫": "bb", "𝄪": "##"}


def pitch_class(name: str) -> int:
    """Return the pitch class of a note name that a grammar has matched: a letter, then accidentals."""
    return (NATURAL[name[0].upper()] + alteration(name[1:])) % 12


def degree_semitones(accidentals: str, degree: int) -> int:
    """Return the pitch class above the root of a degree of the major scale, 1 to 13: `b10` is 3."""
    return (MAJOR_SCALE[(degree - 1) % 7] + alteration(accidentals)) % 12


def alteration(accidentals: str) -> int:
    """Return the semitones by which accidentals raise a note; `-` is Humdrum's flat, `x` a double sharp."""
    up = accidentals.count("#") + 2 * accidentals.count("x")
    return up - accidentals.count("b") - accidentals.count("-")


def plain_accidentals(text: str) -> str:
    """Write unicode flats and sharps, simple or double, in ASCII."""
    for sign, ascii_sign in _ASCII.items():
        text = text.replace(sign, ascii_sign)
    return text
