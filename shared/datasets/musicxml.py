"""The chord of a MusicXML `<harmony>` element as a lead-sheet name: `<kind>` and `<degree>` become a suffix.

Source: the MusicXML 4.0 reference, elements `harmony`, `kind` and `degree`.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

_SUFFIXES = {
    "major": "", "minor": "m", "augmented": "aug", "diminished": "dim", "power": "5",
    "dominant": "7", "major-seventh": "maj7", "minor-seventh": "m7", "diminished-seventh": "dim7",
    "augmented-seventh": "aug7", "half-diminished": "m7b5", "major-minor": "mMaj7", "minor-major": "mMaj7",
    "major-sixth": "6", "minor-sixth": "m6", "maj69": "69",
    "dominant-ninth": "9", "major-ninth": "maj9", "minor-ninth": "m9", "augmented-ninth": "9#5",
    "dominant-11th": "11", "major-11th": "maj11", "minor-11th": "m11",
    "dominant-13th": "13", "major-13th": "maj13", "minor-13th": "m13",
    "suspended-second": "sus2", "suspended-fourth": "sus4", "none": "NC",
}  # fmt: skip
_ACCIDENTALS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}


def chord_name(harmony: Element) -> str:
    """Return the name of a harmony, such as `Bb7(b9)/D`.

    A kind that the standard does not list is kept as it stands, so that the parser names it.
    """
    kind = (harmony.findtext("kind") or "major").strip()
    if kind == "none":
        return "NC"
    name = _pitch(harmony, "root") + _with_degrees(_SUFFIXES.get(kind, f"[{kind}]"), harmony)
    return f"{name}/{_pitch(harmony, 'bass')}" if harmony.find("bass") is not None else name


def _pitch(harmony: Element, part: str) -> str:
    """Return the note name of the root or the bass."""
    step = (harmony.findtext(f"{part}/{part}-step") or "?").strip()
    return step + _ACCIDENTALS.get(_number(harmony.findtext(f"{part}/{part}-alter")), "?")


def _with_degrees(suffix: str, harmony: Element) -> str:
    """Add the added and altered degrees to a suffix; an added seventh under a fourth makes `7sus4`."""
    degrees = []
    for degree in harmony.iter("degree"):
        value = (degree.findtext("degree-value") or "").strip()
        alter = _number(degree.findtext("degree-alter"))
        subtracted = degree.findtext("degree-type") == "subtract"
        degrees.append(("no" if subtracted else _ACCIDENTALS.get(alter, "?")) + value)
    if suffix == "sus4" and "7" in degrees:
        plain = [degree for degree in degrees if degree.isdigit()]
        suffix = max(plain, key=int) + "sus4"
        degrees = [degree for degree in degrees if degree not in plain]
    added = [f"add{degree}" if degree.isdigit() else degree for degree in degrees]
    return f"{suffix}({','.join(added)})" if added else suffix


def _number(text: str | None) -> int:
    """Return a number of semitones; what is missing or no number is none."""
    try:
        return round(float(text or 0))
    except ValueError:
        return 0
