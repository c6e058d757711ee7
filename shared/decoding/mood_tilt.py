"""Tilt a model's choice of chords towards what a mood asks for, where the songs it learnt from say too little.

    p(x)  ~  p_model(x) * exp(strength * (M * minor(x) + D * tension(x)))

M and D are what the mood asks for beyond a neutral one, in share of minor and in dissonance; minor(x) is 1 for
chords with a minor third, tension(x) is that of `shared.music.moods`, 0 to 1. Such an exponential tilt is the
distribution nearest to the model's (in KL divergence) with that much more minor and tension on average (Csiszar
1975, "I-divergence geometry of probability distributions").

Why: moods of real songs are mostly derived from mode and minor chords, so a model learns from them which mode to
begin in, and hardly anything about dissonance. Without a mood nothing is tilted, and END keeps its probability.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.decoding.progression import Conditions, Ids, StepModel
from shared.errors import InputError
from shared.music.chord_tokens import N_SPECIAL, N_TOKENS, id_to_chord
from shared.music.conditions import MOOD, MOODS
from shared.music.moods import CHORD_TENSION, MINOR_QUALITIES, MOOD_TABLE, Mood

_NEUTRAL = Mood(MOODS[0], 0.0, 0.0)  # neither valence nor arousal
# Chosen so that the gloomiest mood makes a minor chord about twice and the tensest about four times as likely.
_MINOR, _TENSION = 1.5, 4.0


class MoodTilt:
    """A step model whose chords are tilted by the mood that is asked for, itself a `StepModel`."""

    def __init__(self, model: StepModel, strength: float = 1.0) -> None:
        """Tilt a model.

        Args:
            model: any step model.
            strength: 0 leaves it as it is, 1 is usual, 2 is twice as much.

        Raises:
            InputError: when the strength is negative or not finite.
        """
        if not (math.isfinite(strength) and strength >= 0):
            raise InputError(f"the strength of a mood is 0 or above, not {strength}; 0 leaves the model as it is")
        self.model, self.strength = model, strength

    def initial_state(self, batch: int) -> Any:
        """Return the inner model's state."""
        return self.model.initial_state(batch)

    def step(self, token_ids: Ids, conditions: Conditions, state: Any) -> tuple[NDArray[np.float64], Any]:
        """Read one token per row; return tilted next-token probabilities [batch, vocabulary] and the new state."""
        answer, state = self.model.step(token_ids, conditions, state)
        return tilted(answer, self.strength * tilts()[np.asarray(conditions.mood)]), state


def tilted(probabilities: ArrayLike, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distributions [batch, vocabulary] with `amounts` [batch, chords] added to the chords' log probabilities.

    The chords together keep their mass, so PAD, START and END do too.
    """
    result = np.array(probabilities, dtype=np.float64)
    chords = result[:, N_SPECIAL:]
    moved = chords * np.exp(amounts)
    mass, new_mass = (part.sum(axis=1, keepdims=True) for part in (chords, moved))
    result[:, N_SPECIAL:] = moved * mass / np.where(new_mass > 0, new_mass, 1.0)
    return result


@cache
def tilts() -> NDArray[np.float64]:
    """Return what each mood adds to the log probability of each chord [moods + 1, chords]; 0 where none is asked."""
    qualities = [id_to_chord(token).quality for token in range(N_SPECIAL, N_TOKENS)]
    minor = np.array([quality in MINOR_QUALITIES for quality in qualities], dtype=np.float64)
    tension = np.array([CHORD_TENSION[quality] for quality in qualities])
    rows = np.zeros((len(MOODS) + 1, len(qualities)))
    for name, mood in MOOD_TABLE.items():
        more_minor = mood.prefers_minor - _NEUTRAL.prefers_minor
        more_tension = mood.dissonance - _NEUTRAL.dissonance
        rows[MOOD.id(name)] = _MINOR * more_minor * minor + _TENSION * more_tension * tension
    rows.flags.writeable = False  # the cached array is shared
    return rows
