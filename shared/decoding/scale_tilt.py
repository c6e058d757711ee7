"""Tilt a model's choice of chords towards the scale that is asked for, and leave the rest to the genre.

    p(x)  ~  p_model(x, scale left open) * exp(strength * in_scale(x))

`in_scale(x)` is 1 for the diatonic chords of the key in that scale. Songs that keep to their scale are mostly folk and
pop in plain triads, so a network that is told the scale type writes triads in any genre: of progressions for jazz in a
key and its scale none was taken for jazz, and half of them with the tilt, where the network goes on as jazz does and
the sevenths of the scale come first. Like the mood's (`shared.decoding.mood_tilt`) the tilt is the distribution nearest
to the model's with so many more chords in the scale. END keeps its probability.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.decoding.constraints import in_key_mask
from shared.decoding.mood_tilt import tilted
from shared.decoding.progression import Conditions, Ids, StepModel
from shared.errors import InputError
from shared.music.chord_tokens import N_SPECIAL, N_TOKENS
from shared.music.conditions import KEY, SCALE_TYPE
from shared.music.keys import Key, key_of_id

# A chord of the scale becomes twelve times as likely beside one from outside. Chords in key, all genres alike: 98 and
# 99 % in major and minor; with 3.0 more than 99 %, and the genres are told apart less.
SCALE_STRENGTH = 2.5


class ScaleTilt:
    """A step model whose chords are tilted into the scale that is asked for, itself a `StepModel`."""

    def __init__(self, model: StepModel, strength: float = SCALE_STRENGTH) -> None:
        """Tilt a model.

        Args:
            model: any step model.
            strength: what is added to the log probability of a chord of the scale, 0 or above.

        Raises:
            InputError: when the strength is negative or not finite.
        """
        if not (math.isfinite(strength) and strength >= 0):
            raise InputError(f"the strength of a scale is 0 or above, not {strength}; 0 leaves the scale to the genre")
        self.model, self.strength = model, strength
        self._asked: Conditions | None = None
        self._opened: Conditions | None = None
        self._amounts = np.zeros((0, 0))

    def initial_state(self, batch: int) -> Any:
        """Return the inner model's state."""
        return self.model.initial_state(batch)

    def step(self, token_ids: Ids, conditions: Conditions, state: Any) -> tuple[NDArray[np.float64], Any]:
        """Read one token per row; return tilted next-token probabilities [batch, vocabulary] and the new state."""
        if conditions is not self._asked or self._opened is None:
            self._asked, self._amounts = conditions, self.strength * _in_scale(conditions)
            # The same object at every step, by which a model can tell that the conditions have not changed.
            self._opened = _scale_left_open(conditions)
        answer, state = self.model.step(token_ids, self._opened, state)
        return tilted(answer, self._amounts), state


def _known(conditions: Conditions) -> NDArray[np.bool_]:
    """Return the rows that ask for a scale and say in which key [batch]."""
    key, scale = np.asarray(conditions.key), np.asarray(conditions.scale_type)
    return np.asarray((key != KEY.unspecified) & (scale != SCALE_TYPE.unspecified))


def _scale_left_open(conditions: Conditions) -> Conditions:
    scale = np.asarray(conditions.scale_type)
    return replace(
        conditions, scale_type=np.where(_known(conditions), SCALE_TYPE.unspecified, scale).astype(scale.dtype)
    )


def _in_scale(conditions: Conditions) -> NDArray[np.float64]:
    """Return 1 for each chord of the scale that a row asks for [batch, chords]; 0 throughout where it asks for none."""
    rows = zip(_known(conditions), np.asarray(conditions.key), np.asarray(conditions.scale_type), strict=True)
    return np.stack([_chords_of(int(key) if known else KEY.unspecified, int(scale)) for known, key, scale in rows])


@cache
def _chords_of(key: int, scale: int) -> NDArray[np.float64]:
    if key == KEY.unspecified:
        return np.zeros(N_TOKENS - N_SPECIAL)
    return in_key_mask(Key(key_of_id(key).tonic, SCALE_TYPE.values[scale]))[N_SPECIAL:].astype(np.float64)
