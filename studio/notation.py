"""Chord names, numerals and keys as musicians print them: real accidentals in place of `b` and `#`."""

from __future__ import annotations

import re

# A flat follows a note letter, or precedes a scale degree or an altered tone: `Bb`, `bVII`, `m7b5`.
_FLAT = re.compile(r"(?<=[A-G])b|b(?=[ivIV]|\d)")


def printed(name: str) -> str:
    """Return a chord name or Roman numeral with printed accidentals: `Bbm7b5` becomes `B♭m7♭5`."""
    return _FLAT.sub("♭", name).replace("#", "♯")


def key_words(key: str) -> str:
    """Return a key as words: `Bb:minor` becomes `B♭ minor`."""
    return printed(key).replace(":", " ")
