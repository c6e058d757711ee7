"""An emotion as a point: what labels, the thesaurus and the nets say to each other.

| field     | range | 0 means                  | its ends                                          |
|-----------|-------|--------------------------|---------------------------------------------------|
| valence   | -1..1 | neither                  | unpleasant, pleasant                              |
| arousal   | -1..1 | neither                  | asleep, frantic                                   |
| dominance | -1..1 | neither                  | at the mercy of it, in control                    |
| intensity | 0..1  | nothing is felt          | 1: as strong as the emotion gets                  |

The first three are the semantic differential of Mehrabian & Russell 1974 (norms on a scale of 1..9 become
(x - 5) / 4, on 1..5 (x - 3) / 2). Intensity where nobody states it is the distance from the neutral point on the
circumplex, `intensity_of`.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields
from numbers import Real

from shared.errors import InputError

RANGES = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0), "dominance": (-1.0, 1.0), "intensity": (0.0, 1.0)}
DIMENSIONS = tuple(RANGES)


@dataclass(frozen=True)
class EmotionPoint:
    """One emotion; the ranges are those of the module."""

    valence: float
    arousal: float
    dominance: float
    intensity: float

    def __post_init__(self) -> None:
        """Refuse a value outside its range: nothing is clipped in silence.

        Raises:
            InputError: naming the field, the value and the range.
        """
        for field in fields(self):
            checked(field.name, getattr(self, field.name))

    @classmethod
    def of(cls, valence: float, arousal: float, dominance: float = 0.0, intensity: float | None = None) -> EmotionPoint:
        """Return a point of which only valence and arousal need be known.

        Raises:
            InputError: for a value outside its range.
        """
        if intensity is None:
            intensity = intensity_of(checked("valence", valence), checked("arousal", arousal))
        return cls(float(valence), float(arousal), float(dominance), float(intensity))

    def distance(self, other: EmotionPoint) -> float:
        """Return the Euclidean distance in valence, arousal and dominance, 0..sqrt(12)."""
        return math.dist(astuple(self)[:3], astuple(other)[:3])


def intensity_of(valence: float, arousal: float) -> float:
    """Return how strong an emotion of this valence and arousal is: its distance from neutral, 0..1."""
    return min(1.0, math.hypot(valence, arousal))


def checked(name: str, value: object) -> float:
    """Return the value of a field of `RANGES` as a number.

    Raises:
        InputError: when it is no number or outside its range.
    """
    low, high = RANGES[name]
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise InputError(f"{name} is {value!r}; give a number from {low:g} to {high:g}")
    number = float(value)
    if not low <= number <= high:
        raise InputError(f"{name} is {number:g}; it goes from {low:g} to {high:g}")
    return number
