"""The 27 moods as points of the affective circumplex, and what each asks of harmony.

The names are the 27 categories of Cowen & Keltner 2017 (PNAS 114:38). Their valence and arousal are the
project's own judgement: each word was placed by hand in steps of 0.05 on the circumplex of affect
(Russell 1980, J. Pers. Soc. Psychol. 39:1161), reading it as the mood that music expresses. They are copied
from no norms and claim no more than the order that the words suggest.

The musical directions follow from that point alone, by formulas that are monotone in each argument (`v`
valence, `a` arousal, both in -1..1). The signs are those of the review of Gabrielsson & Lindstrom 2010, "The
role of structure in the musical expression of emotions": minor and dissonant for negative, dense and fast for
aroused.

| direction                   | formula                | range     |
|-----------------------------|------------------------|-----------|
| share of minor              | 0.5 - 0.45 v           | 0.05-0.95 |
| dissonance                  | 0.45 - 0.3 v + 0.15 a  | 0-0.9     |
| harmonic rhythm, chords/bar | 2 ** a                 | 0.5-2     |
| tempo, times the genre's    | 2 ** (0.5 a)           | 0.71-1.41 |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.music.conditions import MOODS

if TYPE_CHECKING:
    from shared.music.chords import Chord


@dataclass(frozen=True)
class Mood:
    """One mood: its place on the circumplex and the musical directions that follow from it."""

    name: str
    valence: float
    arousal: float

    def __post_init__(self) -> None:
        """Refuse a name or a place outside the table's ranges."""
        if self.name not in MOODS or not -1 <= self.valence <= 1 or not -1 <= self.arousal <= 1:
            raise ValueError(f"not a mood of the table: {self}")

    @property
    def prefers_minor(self) -> float:
        """Share of minor keys and chords it asks for, 0..1."""
        return 0.5 - 0.45 * self.valence

    @property
    def dissonance(self) -> float:
        """How much tension (altered, diminished, borrowed chords) it asks for, 0..1."""
        return 0.45 - 0.3 * self.valence + 0.15 * self.arousal

    @property
    def harmonic_rhythm(self) -> float:
        """Chords per bar of 4/4 it asks for, 0.5..2."""
        return float(2.0**self.arousal)

    @property
    def tempo_factor(self) -> float:
        """Its tempo as a multiple of what is usual in the genre, 0.71..1.41."""
        return float(2.0 ** (0.5 * self.arousal))


MOOD_TABLE: dict[str, Mood] = {
    name: Mood(name, valence, arousal)
    for name, valence, arousal in (
        ("admiration", 0.65, 0.15),
        ("adoration", 0.8, 0.2),
        ("aesthetic appreciation", 0.7, -0.3),
        ("amusement", 0.75, 0.45),
        ("anger", -0.75, 0.8),
        ("anxiety", -0.6, 0.55),
        ("awe", 0.4, 0.5),
        ("awkwardness", -0.35, 0.2),
        ("boredom", -0.4, -0.7),
        ("calmness", 0.55, -0.8),
        ("confusion", -0.3, 0.3),
        ("craving", 0.15, 0.45),
        ("disgust", -0.85, 0.3),
        ("empathic pain", -0.7, -0.05),
        ("entrancement", 0.35, -0.4),
        ("excitement", 0.65, 0.9),
        ("fear", -0.8, 0.65),
        ("horror", -0.95, 0.75),
        ("interest", 0.45, 0.25),
        ("joy", 0.9, 0.6),
        ("nostalgia", 0.1, -0.5),
        ("relief", 0.6, -0.5),
        ("romance", 0.75, -0.1),
        ("sadness", -0.75, -0.6),
        ("satisfaction", 0.7, -0.2),
        ("sexual desire", 0.45, 0.6),
        ("surprise", 0.25, 0.85),
    )
}

# Tension of a chord by quality, 0 (plain triad) to 1. The order is that of sensory roughness: consonant
# triads, added and suspended notes, sevenths, extended dominants, chords with a diminished or augmented fifth,
# altered dominants. The figures are the project's.
_TENSION_STEPS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.0, ("maj", "min", "5", "1")),
    (0.15, ("maj(9)", "maj6", "sus2", "sus4")),
    (0.25, ("min6", "maj7", "min7", "maj9", "min9", "7sus4")),
    (0.35, ("7", "9", "13", "min11", "min13", "maj13", "maj11", "11")),
    (0.65, ("dim", "hdim7", "aug", "minmaj7")),
    (0.9, ("dim7", "aug7", "augmaj7", "7(b9)", "7(#9)")),
)
CHORD_TENSION: dict[str, float] = {quality: tension for tension, row in _TENSION_STEPS for quality in row}
MINOR_QUALITIES = frozenset({"min", "min6", "min7", "minmaj7", "min9", "min11", "min13", "dim", "dim7", "hdim7"})

# The moods that mode, tempo and harmony can tell apart: two or three per quadrant, and none whose difference
# from its neighbour lies in words or in the situation (anger and fear, romance and satisfaction).
DERIVABLE_MOODS = (
    "joy", "excitement", "interest", "satisfaction", "calmness", "nostalgia", "sadness", "empathic pain",
    "confusion", "anxiety",
)  # fmt: skip

# What is ordinary: medians over the songs of the public corpora that state key, tempo and bars.
_USUAL_TEMPO_QPM = 120.0
_USUAL_CHANGES_PER_BAR = 1.1
_USUAL_MINOR_SHARE = {"major": 0.3, "minor": 0.5}
_USUAL_TENSION = 0.25


def minor_share(chords: Sequence[Chord]) -> float:
    """Return the share of chords with a minor third, 0..1 (0 for no chord)."""
    return sum(chord.quality in MINOR_QUALITIES for chord in chords) / max(len(chords), 1)


def dissonance(chords: Sequence[Chord]) -> float:
    """Return the mean `CHORD_TENSION` of the chords, 0..1 (0 for no chord)."""
    return sum(CHORD_TENSION.get(chord.quality, 0.0) for chord in chords) / max(len(chords), 1)


def estimate_affect(
    mode: str, tempo_qpm: float, chords: Sequence[Chord], changes_per_bar: float
) -> tuple[float, float]:
    """Estimate (valence, arousal), each clipped to -1..1, from mode, tempo and harmony.

    valence = 0.5 * (+1 major, -1 minor) + 1.5 * (usual minor share of the mode - minor share)
              + 0.7 * (usual tension - tension)
    arousal = 1.2 * log2(tempo / usual tempo) + 0.8 * log2(changes per bar / usual changes per bar)
    """
    sign = 1.0 if mode == "major" else -1.0
    valence = 0.5 * sign + 1.5 * (_USUAL_MINOR_SHARE[mode] - minor_share(chords))
    valence += 0.7 * (_USUAL_TENSION - dissonance(chords))
    arousal = 1.2 * math.log2(tempo_qpm / _USUAL_TEMPO_QPM)
    arousal += 0.8 * math.log2(changes_per_bar / _USUAL_CHANGES_PER_BAR)
    return max(-1.0, min(1.0, valence)), max(-1.0, min(1.0, arousal))


def derive_mood(
    mode: str | None, tempo_qpm: float | None, chords: Sequence[Chord], changes_per_bar: float | None
) -> str | None:
    """Label a real song weakly: the one of `DERIVABLE_MOODS` nearest to its estimated valence and arousal.

    Args:
        mode: "major" or "minor".
        tempo_qpm: quarters per minute.
        chords: the song's chord changes.
        changes_per_bar: harmonic rhythm, changes per bar as written.

    Returns:
        The mood, or None when mode, tempo, harmonic rhythm or the chords are missing: no guess is made.
    """
    if mode not in _USUAL_MINOR_SHARE or not tempo_qpm or not changes_per_bar or not chords:
        return None
    point = estimate_affect(mode, tempo_qpm, chords, changes_per_bar)
    return nearest_mood(*point, DERIVABLE_MOODS)


def nearest_mood(valence: float, arousal: float, among: Sequence[str] = MOODS) -> str:
    """Return the mood nearest (Euclidean) to a point of the circumplex; the first listed wins a tie."""

    def distance(name: str) -> float:
        return math.hypot(MOOD_TABLE[name].valence - valence, MOOD_TABLE[name].arousal - arousal)

    return min(among, key=distance)
