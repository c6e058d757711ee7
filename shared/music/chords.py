"""Chords: the door to reading, naming and writing them in either dialect.

| dialect    | example        | read and written by                |
|------------|----------------|------------------------------------|
| Harte      | `A:min7/b3`    | `parse_harte`, `format_harte`      |
| lead sheet | `Am7/C`        | `lead_sheet.parse_lead_sheet`, …   |

`parse` reads both. Qualities and chord types are those of `chord_types`; the rules by which a chord without a
name gets its nearest one are those of `chord_naming`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from shared.music.chord_naming import GENERATOR_TABLE, chord_type, generator_quality
from shared.music.chord_symbol import Chord, ChordError, chroma
from shared.music.chord_types import CHORD_TYPE_ID, CHORD_TYPES, GENERATOR_QUALITIES, QUALITIES
from shared.music.harte import NO_CHORD_WORDS, format_harte, parse_harte
from shared.music.lead_sheet import parse_lead_sheet
from shared.music.pitch_names import PITCH_CLASS_NAMES

# Harte labels without a colon that no lead sheet has: `A/5`, `A/b7`, `D(1,5)`, `D(*5)/3`.
_BARE_HARTE = re.compile(r"[A-G](b*|#*)(\((1|[^()]*\*)[^()]*\))?(/[b#]*[0-9]+)?")


@lru_cache(maxsize=8192)
def parse(label: str) -> Chord:
    """Return the chord of a label in either dialect: Harte where it has a colon or is bare, else lead sheet.

    Raises:
        ChordError: when the label cannot be read; the sentence names the place and the nearest valid labels.
    """
    text = label.strip()
    harte = ":" in text or text in NO_CHORD_WORDS or _BARE_HARTE.fullmatch(text)
    return parse_harte(label) if harte else parse_lead_sheet(label)


__all__ = [
    "CHORD_TYPES", "CHORD_TYPE_ID", "GENERATOR_QUALITIES", "GENERATOR_TABLE", "PITCH_CLASS_NAMES", "QUALITIES",
    "Chord", "ChordError", "chord_type", "chroma", "format_harte", "generator_quality", "parse", "parse_harte",
    "parse_lead_sheet",
]  # fmt: skip
