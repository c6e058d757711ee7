"""The emotion of music that nobody has labelled, by rules: weak labels, and never more than that.

A lead sheet: `shared.music.moods.estimate_affect`, from mode, tempo and harmony.

A performance: valence as above where its harmony is known, else 0, and

    arousal = 0.8 * log2(tempo / usual) + 1.5 * (onsets per sixteenth - usual) + 2.5 * (velocity / 127 - usual)

where the usual values are the medians of the corpus' pieces. Tempo, rate of events and loudness are what listeners
hear arousal by (Gabrielsson & Lindström 2010, "The role of structure in the musical expression of emotions").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.datasets.lead_sheet import LeadSheet
from shared.music.emotion_point import EmotionPoint
from shared.music.moods import estimate_affect

_FEWEST_CHANGES = 0.1  # per bar


@dataclass(frozen=True)
class Usual:
    """What is ordinary for one kind of performance."""

    tempo_qpm: float
    density: float  # share of the sixteenths with an onset
    level: float  # mean velocity / 127


# Medians over POP909's melodies, the bars of ASAP's top lines, and Groove's performances.
MELODY_USUAL = Usual(tempo_qpm=73.0, density=0.34, level=0.745)
PIANO_USUAL = Usual(tempo_qpm=101.0, density=0.56, level=0.51)
DRUMS_USUAL = Usual(tempo_qpm=110.0, density=0.67, level=0.60)


def sheet_emotion(sheet: LeadSheet) -> EmotionPoint:
    """Return the weak label of a lead sheet."""
    chords = [span.chord for span in sheet.spans if span.chord.root >= 0]
    bars = max(1.0, sheet.spans[-1].end_quarters / sheet.melody.bar_quarters)
    changes = max(_FEWEST_CHANGES, len(chords) / bars)
    return EmotionPoint.of(*estimate_affect(sheet.key.mode, sheet.melody.tempo_qpm, chords, changes))


def performance_emotion(
    tempo_qpm: float, density: float, velocities: Sequence[float], usual: Usual, valence: float = 0.0
) -> EmotionPoint:
    """Return the weak label of a performance.

    Args:
        tempo_qpm: quarters per minute.
        density: share of the sixteenths with an onset, 0..1.
        velocities: 1..127, at least one.
        usual: what is ordinary for its kind.
        valence: where something tells it.
    """
    level = sum(velocities) / len(velocities) / 127
    arousal = 0.8 * math.log2(tempo_qpm / usual.tempo_qpm)
    arousal += 1.5 * (density - usual.density) + 2.5 * (level - usual.level)
    return EmotionPoint.of(valence, max(-1.0, min(1.0, arousal)))
