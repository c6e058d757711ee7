"""What an emotion asks of music: mode, tempo, dynamics, articulation, register. One rule each, monotone in the point.

The signs are those of the review of Gabrielsson & Lindstrom 2010, "The role of structure in the musical expression of
emotions": fast, loud and short for aroused; major and high for pleasant; loud for intense.

| asks for     | rule (`v` valence, `a` arousal, `i` intensity)                                              |
|--------------|---------------------------------------------------------------------------------------------|
| mode         | major where v >= 0                                                                          |
| tempo        | 104 * 2 ** (0.62 a) quarters per minute, and 8 % either side                                |
| dynamics     | pp p mp mf f ff: six equal steps of 0.5 + 0.35 a + 0.15 (2 i - 1)                           |
| articulation | legato below a = -0.3, portato to 0.3, above it staccato where v >= 0 and marcato where not |
| register     | low middle high: thirds of 0.5 + 0.4 v + 0.1 a                                              |
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.music.emotion_point import EmotionPoint

DYNAMICS = ("pp", "p", "mp", "mf", "f", "ff")
ARTICULATIONS = ("legato", "portato", "staccato", "marcato")
REGISTERS = ("low", "middle", "high")
TEMPO_SPREAD = 0.08
_MIDDLE_TEMPO_QPM, _TEMPO_OCTAVES = 104.0, 0.62
_ARTICULATION_LIMIT = 0.3


@dataclass(frozen=True)
class Style:
    """What is asked of the music; `tempo_qpm` is the range from the slowest to the fastest that fits."""

    mode: str
    tempo_qpm: tuple[int, int]
    dynamics: str
    articulation: str
    register: str


def tempo_of(arousal: float) -> float:
    """Return the tempo that an arousal asks for, in quarters per minute: 68 at -1, 160 at 1."""
    return float(_MIDDLE_TEMPO_QPM * 2.0 ** (_TEMPO_OCTAVES * arousal))


def style_of(point: EmotionPoint) -> Style:
    """Return what an emotion asks for."""
    tempo = tempo_of(point.arousal)
    loudness = 0.5 + 0.35 * point.arousal + 0.15 * (2 * point.intensity - 1)
    height = 0.5 + 0.4 * point.valence + 0.1 * point.arousal
    return Style(
        mode="major" if point.valence >= 0 else "minor",
        tempo_qpm=(round(tempo * (1 - TEMPO_SPREAD)), round(tempo * (1 + TEMPO_SPREAD))),
        dynamics=_step(DYNAMICS, loudness),
        articulation=_articulation(point),
        register=_step(REGISTERS, height),
    )


def _step(names: tuple[str, ...], share: float) -> str:
    """Return the name at a share 0..1 of a scale."""
    return names[min(int(share * len(names)), len(names) - 1)]


def _articulation(point: EmotionPoint) -> str:
    if point.arousal < -_ARTICULATION_LIMIT:
        return "legato"
    if point.arousal <= _ARTICULATION_LIMIT:
        return "portato"
    return "staccato" if point.valence >= 0 else "marcato"
