"""Does music go where its mood points? Rank correlations over the moods, and the side of each mood.

`shared.music.moods` says what each mood asks for: minor, dissonance, harmonic rhythm, tempo. A figure of the music
follows a direction when moods that ask for more get more (Spearman's rho over the moods), and when each mood that
asks for more than the ordinary lies above music without a mood.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError, unknown_choice
from shared.music.moods import MOOD_TABLE, Mood

DIRECTIONS: dict[str, Callable[[Mood], float]] = {
    "minor": lambda mood: mood.prefers_minor,
    "dissonance": lambda mood: mood.dissonance,
    "harmonic rhythm": lambda mood: mood.harmonic_rhythm,
    "tempo": lambda mood: mood.tempo_factor,
}

Values = Mapping[str, Sequence[float]]  # mood -> one figure per progression


def asked_for(direction: str, mood: str) -> float:
    """Return what a mood asks for in a direction.

    Raises:
        InputError: for an unknown direction or mood.
    """
    if direction not in DIRECTIONS:
        raise unknown_choice("direction", direction, tuple(DIRECTIONS))
    if mood not in MOOD_TABLE:
        raise unknown_choice("mood", mood, tuple(MOOD_TABLE))
    return DIRECTIONS[direction](MOOD_TABLE[mood])


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Return Spearman's rho, equal values sharing their mean rank; 0 where one side never changes.

    Raises:
        InputError: when the two differ in number or there are fewer than two.
    """
    if len(a) != len(b) or len(a) < 2:
        raise InputError(f"a rank correlation needs two rows of two values or more, not {len(a)} and {len(b)}")
    first, second = _ranks(a), _ranks(b)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    row = np.asarray(values, dtype=np.float64)
    return np.array([np.sum(row < value) + np.sum(row == value) / 2 for value in row])


def mood_correlation(direction: str, values: Values) -> float:
    """Return the rank correlation over the moods between what they ask for and the mean that they get."""
    means = [float(np.mean(values[mood])) for mood in values]
    return rank_correlation([asked_for(direction, mood) for mood in values], means)


def shuffled_correlation(direction: str, values: Values, rounds: int = 1000, seed: int = 0) -> float:
    """Return what chance reaches: the 95th percentile of the correlation when the moods change places."""
    rng = np.random.default_rng(seed)
    asked = [asked_for(direction, mood) for mood in values]
    means = np.array([np.mean(values[mood]) for mood in values])
    found = [rank_correlation(asked, means[rng.permutation(len(means))].tolist()) for _ in range(rounds)]
    return float(np.percentile(found, 95))


@dataclass(frozen=True)
class Side:
    """Where one mood lies beside music without a mood.

    Attributes:
        mood: its name.
        asked: what it asks for beyond the ordinary, in the units of the direction.
        moved: how far its mean lies above that of music without a mood.
        error: the standard error of `moved`.
    """

    mood: str
    asked: float
    moved: float
    error: float

    @property
    def agrees(self) -> bool:
        """Whether the mood lies on the side that it asks for."""
        return self.asked * self.moved > 0

    def contradicts(self, errors: float) -> bool:
        """Tell whether the mood lies on the other side by more than so many standard errors."""
        return self.asked * self.moved < 0 and abs(self.moved) > errors * self.error


def sides(
    direction: str, values: Values, without_mood: Sequence[float], ordinary: float, margin: float = 0.1
) -> list[Side]:
    """Return the side of every mood that asks for clearly more or less than the ordinary.

    Args:
        direction: a name of `DIRECTIONS`.
        values: figures of progressions per mood. Where as many stand in `without_mood`, value i of both comes
            from the same conditions and the same random numbers, so that their differences are what counts.
        without_mood: figures of progressions for which no mood was given.
        ordinary: what music without a mood asks for; the mean over the songs that a model learnt from.
        margin: moods that ask for so little more or less are not judged: where the ordinary lies is not known better.
    """
    found = []
    for mood, figures in values.items():
        asked = asked_for(direction, mood) - ordinary
        if abs(asked) >= margin:
            found.append(Side(mood, asked, *_difference(figures, without_mood)))
    return found


def _difference(figures: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """Return the difference of two means and its standard error, of pairs where there are as many."""
    a, b = np.asarray(figures, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if len(a) < 2 or len(b) < 2:
        raise InputError("the side of a mood needs two progressions or more with and without it")
    variance = (
        np.var(a - b, ddof=1) / len(a) if len(a) == len(b) else np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b)
    )
    return float(a.mean() - b.mean()), math.sqrt(float(variance))
