"""Classifier-free guidance: let a model obey its conditions more strictly than it learnt to.

    p(x)  ~  p_asked(x)^(1 + w) * p_open(x)^(-w)

`p_open` is the same model with some conditions left open, so a chord gains by what the conditions say for it.
w = 0 draws as the model says; the greater w, the more typical the music and the narrower the choice.
Ho & Salimans 2022, "Classifier-free diffusion guidance", eq. 6; for sequences of tokens Sanchez et al. 2023,
"Stay on topic with classifier-free guidance", eq. 7.

Chords that the conditions hold improbable are not cut off besides, as contrastive decoding does (Li et al. 2023):
measured on chords, that moves samples further from real songs than guidance itself does, and helps no condition.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.decoding.progression import Conditions, Ids, StepModel
from shared.errors import InputError, unknown_choice
from shared.music.conditions import CONDITIONS

# The key stays, or the open half would compose in every key at once and guidance would only stress the key.
OPENED = ("genre", "mood", "scale_type")
_LEAST = 1e-12  # keeps a chord that the open half holds impossible finite


@dataclass
class _Guided:
    """The state of the inner model for asked and open rows, and the conditions of both."""

    inner: Any
    asked: Conditions | None = None
    both: Conditions | None = None


class Guided:
    """A step model under guidance, itself a `StepModel`.

    The rows of a batch and the same rows with open conditions run as one batch of twice the size: one call of
    the inner model per chord.
    """

    def __init__(self, model: StepModel, weight: float, opened: Sequence[str] = OPENED) -> None:
        """Guide a model.

        Args:
            model: a step model that was trained with conditions hidden now and then.
            weight: w, 0 or above; 0 draws as the model says.
            opened: names of the conditions that `p_open` does not know.

        Raises:
            InputError: for a weight out of range or an unknown condition.
        """
        if not (math.isfinite(weight) and weight >= 0):
            raise InputError(f"the weight of guidance is 0 or above, not {weight}; 0 draws as the model says")
        for name in opened:
            if name not in {condition.name for condition in CONDITIONS}:
                raise unknown_choice("condition", name, [condition.name for condition in CONDITIONS])
        self.model, self.weight, self.opened = model, weight, tuple(opened)

    def initial_state(self, batch: int) -> _Guided:
        """Return the state of twice the batch."""
        return _Guided(self.model.initial_state(2 * batch))

    def step(self, token_ids: Ids, conditions: Conditions, state: _Guided) -> tuple[NDArray[np.float64], _Guided]:
        """Read one token per row; return guided next-token probabilities [batch, vocabulary] and the new state."""
        if state.both is None or conditions is not state.asked:
            state.asked, state.both = conditions, self._doubled(conditions)
        # The same object at every step, by which a model can tell that the conditions have not changed.
        answer, state.inner = self.model.step(np.tile(token_ids, 2), state.both, state.inner)
        asked, left_open = np.split(np.asarray(answer, dtype=np.float64), 2)
        return guided(asked, left_open, self.weight), state

    def _doubled(self, conditions: Conditions) -> Conditions:
        """Return the conditions of the asked rows, then those of the open rows, each [2 * batch]."""
        rows = {c.name: np.asarray(getattr(conditions, c.name)) for c in CONDITIONS}
        open_rows = {
            c.name: np.full_like(rows[c.name], c.unspecified) if c.name in self.opened else rows[c.name]
            for c in CONDITIONS
        }
        return Conditions(**{name: np.concatenate([rows[name], open_rows[name]]) for name in rows})


def guided(asked: ArrayLike, left_open: ArrayLike, weight: float) -> NDArray[np.float64]:
    """Return the guided distributions [batch, vocabulary] of two sets of distributions of that shape."""
    p = np.asarray(asked, dtype=np.float64)
    if weight == 0:
        return p
    q = np.maximum(np.asarray(left_open, dtype=np.float64), _LEAST)
    with np.errstate(divide="ignore"):  # what is impossible stays so: -inf
        logs = (1 + weight) * np.log(p) - weight * np.log(q)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
