"""Which General MIDI programs may play which part when instruments are drawn at random."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from audio_models.chord_recognizer.draws import pick

# Sounds of 0-111 whose pitch class is not the written one, measured on four SoundFonts at three pitches: glockenspiel,
# timpani, orchestra hit, fifths lead, soundtrack and crystal (which sound a fifth or a fourth along).
UNCLEAR = (9, 47, 55, 86, 97, 98)
PITCHED = tuple(program for program in range(112) if program not in UNCLEAR)
BASSES = (*range(32, 40), 42, 43, 58, 70)
# Instruments that only make sense low, or whose samples end where chords lie.
_LOW = (*range(32, 40), 43, 58)
CHORDAL = tuple(program for program in PITCHED if program not in _LOW)
HELD = (*range(16, 24), *range(48, 54), *range(88, 96))
_COMMON_CHORDAL = (0, 0, 1, 4, 5, 16, 24, 25, 25, 26, 27, 48)  # what chords are played on most

MELODY, CHORDS, BASS, PAD = "melody", "chords", "bass", "pad"
_COMMON = 0.4  # of chord parts are played by one of those


def draw_programs(parts: Iterable[str], rng: np.random.Generator) -> dict[str, int]:
    """Draw a program for each part by what its name begins with: melody, bass, pad; all else plays chords."""
    return {part: _draw(part, rng) for part in sorted(parts)}


def _draw(part: str, rng: np.random.Generator) -> int:
    choices = {MELODY: PITCHED, BASS: BASSES, PAD: HELD}.get(part.partition("-")[0], CHORDAL)
    if choices is CHORDAL and rng.random() < _COMMON:
        choices = _COMMON_CHORDAL
    return int(pick(rng, choices))
