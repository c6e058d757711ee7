"""Roman numerals: `ii7`, `V7/V`, `bVII`, `viio7`, `IVmaj7` to and from chords in a key.

    numeral = "N" | "X" | accidentals degree suffix {"/" target} ["/" bass]
    degree  = I to VII; capitals are major, small letters minor unless the suffix says otherwise
    suffix  = "o" or "°" diminished, "ø" half-diminished, "+" augmented, then what a lead-sheet name has there
    target  = accidentals degree: the numeral before it counts from that chord as if it were the tonic
    bass    = the degree of the bass above the root in figures, as in Harte syntax: `I/3`, `V7/V/b7`

Degrees count from the major scale; in a minor key from natural minor, so that `A:minor` has III, VI and VII on
C, F and G. Diminished chords there stand on the raised sixth and seventh (viio7 is G#dim7, viø7 F#m7b5), other
chords get there with `#VI` and `#VII`; the flat of `bIII bVI bVII`, which the key has already, changes nothing.
A small letter cannot be seen where a chord has no third: those are written large. Figures are added notes and
never inversions: `I6` is a sixth chord.
"""

from __future__ import annotations

import re

from shared.music.chord_naming import nearest_quality
from shared.music.chord_suffix import SuffixError, read_suffix
from shared.music.chord_symbol import Chord, refuse
from shared.music.chord_types import INTERVALS, NO_CHORD, UNKNOWN
from shared.music.keys import Key
from shared.music.lead_sheet import SUFFIXES
from shared.music.pitch_names import DEGREE_NAMES, MAJOR_SCALE, alteration, degree_semitones, plain_accidentals

_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_NATURAL_MINOR = (0, 2, 3, 5, 7, 8, 10)
_MELODIC_MINOR = (0, 2, 3, 5, 7, 9, 11)

_DEGREE = re.compile(r"(b*|#*)(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(.*)", re.DOTALL)
# Suffixes that name their third themselves, behind a small letter too: `viio7`, `iim7`.
_SAYS_MINOR = re.compile(r"dim|hdim|[o°º˚øØh-]|m(?!aj|a)")
_BASS = re.compile(r"(b*|#*)(1[0-3]|[1-9])")
_EXAMPLES = ("I", "ii7", "V7", "V7/V", "IVmaj7", "bVII", "viio7", "iiø7", "V7sus4", "I/3", "N")

# Suffixes behind small letters, where they differ from the lead sheet's without its m.
_SMALL = {
    "min": "", "min7": "7", "minmaj7": "maj7", "min6": "6", "min9": "9", "min11": "11", "min13": "13",
    "dim": "o", "dim7": "o7", "hdim7": "ø7",
}  # fmt: skip
_LARGE = {"aug": "+", "aug7": "+7", "augmaj7": "+maj7"}

# Major-third chords that lead to the chord a fifth below when they stand outside the key.
_DOMINANTS = ("maj", "7", "9", "13", "7(b9)", "7(#9)", "aug7", "7sus4")
_DIMINISHED = ("dim7", "hdim7")
# Degrees that a dominant may lead to, in semitones above the tonic, and how they are written.
_TARGETS = {
    "major": {2: "ii", 4: "iii", 5: "IV", 7: "V", 9: "vi"},
    "minor": {3: "III", 5: "iv", 7: "V", 8: "VI", 10: "VII"},
}


def roman_numeral(chord: Chord, key: Key, applied: bool = True) -> str:
    """Return the numeral of a chord in a key.

    Args:
        chord: any chord; N and X stay as they are.
        key: the key to count in.
        applied: write dominants outside the key by what they lead to, `V7/ii` rather than `VI7`.
    """
    if chord.root < 0:
        return chord.quality
    steps = (chord.root - key.tonic) % 12
    bass = _bass(chord)
    if applied and (target := _target(chord, key, steps)):
        above, name = target
        return f"{_plain((steps - above) % 12, chord.quality, 'major')}/{name}{bass}"
    return _plain(steps, chord.quality, key.mode) + bass


def _bass(chord: Chord) -> str:
    """Return the bass as a degree above the root, or nothing in root position."""
    return "" if chord.bass == chord.root else f"/{DEGREE_NAMES[(chord.bass - chord.root) % 12]}"


def _target(chord: Chord, key: Key, steps: int) -> tuple[int, str] | None:
    """Return the degree that a chord outside the key leads to: semitones above the tonic and its numeral."""
    if key.chord_is_diatonic(Chord(chord.root, chord.quality, chord.root)):
        return None
    blues_tonic = steps == 0 and key.mode == "major"
    if chord.quality in _DOMINANTS and not blues_tonic and (steps or chord.quality != "maj"):
        above = (steps + 5) % 12
    elif chord.quality in _DIMINISHED:
        above = (steps + 1) % 12
    else:
        return None
    name = _TARGETS[key.mode].get(above)
    return (above, name) if name else None


def _plain(steps: int, quality: str, mode: str) -> str:
    """Return accidental, degree and suffix of a root `steps` semitones above the tonic."""
    small = quality in _SMALL
    scale = _scale(mode, quality)
    sharp = steps == 6 or (mode == "minor" and steps in (4, 9, 11))
    sign, natural = ("", steps) if steps in scale else ("#", steps - 1) if sharp else ("b", steps + 1)
    degree = _NUMERALS[scale.index(natural)]
    if small:
        return sign + degree.lower() + _SMALL[quality]
    return sign + degree + _LARGE.get(quality, SUFFIXES[quality])


def _scale(mode: str, quality: str) -> tuple[int, ...]:
    """Return the semitones of the degrees: diminished chords in minor stand on the raised sixth and seventh."""
    if mode == "major":
        return MAJOR_SCALE
    return _MELODIC_MINOR if INTERVALS[quality] >= {3, 6} else _NATURAL_MINOR


def parse_roman(numeral: str, key: Key) -> Chord:
    """Return the chord of a Roman numeral in a key.

    Raises:
        ChordError: when the numeral cannot be read; the sentence names the place and the nearest valid ones.
    """
    text = plain_accidentals(numeral.strip()).replace("6/9", "69")
    if text in (NO_CHORD, UNKNOWN):
        return Chord(-1, text, -1)
    parts = list(re.finditer(r"(?:^|(?<=/))[^/]*", text))
    figure = _BASS.fullmatch(parts[-1].group()) if len(parts) > 1 else None
    if figure:
        parts.pop()
    for target in reversed(parts[1:]):
        # Case and suffix of the target do not matter: what stands before it counts from its root in major.
        key = Key(_read_degree(numeral, target, key).root, "major")
    chord = _read_degree(numeral, parts[0], key)
    if not figure:
        return chord
    accidentals, degree = figure.groups()
    return Chord(chord.root, chord.quality, (chord.root + degree_semitones(accidentals, int(degree))) % 12)


def _read_degree(label: str, part: re.Match[str], key: Key) -> Chord:
    """Return the chord of one part between strokes; `label` is what the user wrote, for the error."""
    text, start = part.string, part.start()
    found = _DEGREE.match(part.group())
    if not found:
        refuse(label, text, start, "no degree I to VII", _EXAMPLES)
    accidentals, degree, suffix = found.groups()
    if degree.islower() and not _SAYS_MINOR.match(suffix):
        suffix = f"m{suffix}"
    try:
        intervals, end = read_suffix(suffix, 0)
        if end < len(suffix):
            raise SuffixError(end, f"nothing reads '{suffix[end]}'")
    except SuffixError as error:
        refuse(label, text, start + found.start(3), error.reason, _EXAMPLES)
    quality = nearest_quality(intervals)
    index = _NUMERALS.index(degree.upper())
    scale = _scale(key.mode, quality)
    if accidentals == "b" and scale[index] < MAJOR_SCALE[index]:
        accidentals = ""
    root = (key.tonic + scale[index] + alteration(accidentals)) % 12
    return Chord(root, quality, root)
