"""A colour for every chord: the hue is its root on the circle of fifths, minor and the like are darker.

Neighbours on the circle share most of their notes, and so get neighbouring hues: a song that stays in its key
stays in one part of the colour wheel. Hues are spaced in OKLCH (Ottosson 2020), where all look equally bright.
"""

from __future__ import annotations

import math

from shared.music.chord_types import INTERVALS, NO_CHORD
from shared.music.chords import Chord

Colour = tuple[float, float, float]

# The circle of fifths from C upwards; C is a warm red.
ROOTS_BY_FIFTHS = tuple(7 * step % 12 for step in range(12))
NO_CHORD_COLOUR: Colour = (0.90, 0.90, 0.90)
UNKNOWN_COLOUR: Colour = (0.97, 0.97, 0.97)
_FIRST_HUE = 25.0  # degrees
_LIGHT, _DARK = (0.82, 0.115), (0.62, 0.115)  # OKLCH lightness and chroma: within sRGB at every hue


def chord_colour(chord: Chord) -> Colour:
    """Return the red, green and blue of a chord, each 0 to 1."""
    if chord.root < 0:
        return NO_CHORD_COLOUR if chord.quality == NO_CHORD else UNKNOWN_COLOUR
    tones = INTERVALS[chord.quality]
    lightness, chroma = _DARK if 3 in tones and 4 not in tones else _LIGHT
    return _srgb(lightness, chroma, _FIRST_HUE + 30 * ROOTS_BY_FIFTHS.index(chord.root))


def ink_on(colour: Colour) -> str:
    """Return the colour of a text that is readable on another: black or white."""
    red, green, blue = colour
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.62 else "white"


def _srgb(lightness: float, chroma: float, hue_degrees: float) -> Colour:
    """Return a colour of OKLCH in sRGB, cut to its range."""
    a, b = chroma * math.cos(math.radians(hue_degrees)), chroma * math.sin(math.radians(hue_degrees))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _gamma(linear: float) -> float:
    """Return a channel of sRGB, 0 to 1, from linear light."""
    linear = min(max(linear, 0.0), 1.0)
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
