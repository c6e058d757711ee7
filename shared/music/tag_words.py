"""The words of a tag, so that spellings of one thing are one: `E-Guitars`, `electric guitar` and `electric guitars`.

lower case, letters and digits only; hyphens and slashes part words
one word for the singer's voice, one for the synthesizer; plurals become singular
`e guitar` is an electric guitar, `e bass` a bass guitar
a word that stands twice in a row stands once
"""

from __future__ import annotations

import re

_SAME = {
    "voice": "vocal", "vocalist": "vocal", "singer": "vocal", "singing": "vocal", "vocalisation": "vocal",
    "vocalization": "vocal", "sung": "vocal", "synthesiser": "synth", "synthesizer": "synth", "synthesised": "synth",
    "synthesized": "synth", "synthetic": "synth", "hihat": "hi hat", "uptempo": "fast tempo", "womans": "female",
    "woman": "female", "mans": "male", "rnb": "r b", "programed": "programmed", "harmonising": "harmonizing",
    "percussive": "percussion", "melodic": "melody", "harmonic": "harmony",
}  # fmt: skip
_PHRASES = (
    ("e guitar", "electric guitar"), ("e bass", "bass guitar"), ("electric bass guitar", "bass guitar"),
    ("electric bass", "bass guitar"), ("hip hop", "hiphop"), ("up tempo", "fast tempo"),
    ("drum n bass", "drum and bass"),
    ("lo fi", "lofi"), ("sound effect", "soundeffect"),
)  # fmt: skip
# End in s and are no plurals.
_SINGULAR = frozenset("bass brass blues jazz bus chorus various bongos congas timpani christmas".split())


def normalise(tag: str) -> str:
    """Return the words of a tag in their common form; empty when there are none."""
    text = re.sub(r"[-/_+]", " ", tag.casefold().replace("&", "n"))
    words = re.sub(r"[^a-z0-9 ]", "", text).split()
    phrase = " ".join(_SAME.get(word, word) for word in map(_singular, words))
    for said, meant in _PHRASES:
        phrase = re.sub(rf"\b{said}\b", meant, phrase)
    kept: list[str] = []
    for word in phrase.split():
        if not kept or kept[-1] != word:
            kept.append(word)
    return " ".join(kept)


def _singular(word: str) -> str:
    if len(word) <= 3 or word in _SINGULAR or not word.endswith("s") or word.endswith(("ss", "us", "is", "ous")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("shes", "ches", "xes", "sses")) else word[:-1]
