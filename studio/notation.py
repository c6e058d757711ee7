"""Chord names, numerals and keys as musicians print them: the signs themselves in place of `b`, `#` and `o`."""

from __future__ import annotations

import re

# A flat follows a note letter, or precedes a scale degree or an altered tone: `Bb`, `bVII`, `m7b5`.
_FLAT = re.compile(r"(?<=[A-G])b|b(?=[ivIV]|\d)")
# The o of a diminished numeral follows its last letter: `viio7`.
_DIMINISHED = re.compile(r"(?<=[iv])o")


def printed(name: str) -> str:
    """Return a chord name or Roman numeral with printed signs: `Bbm7b5` becomes `B♭m7♭5`, `viio7` `vii°7`."""
    return _DIMINISHED.sub("°", _FLAT.sub("♭", name)).replace("#", "♯")


def key_words(key: str) -> str:
    """Return a key as words: `Bb:minor` becomes `B♭ minor`."""
    return printed(key).replace(":", " ")
