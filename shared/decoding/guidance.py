"""Classifier-free guidance: let a model obey its conditions more strictly than it learnt to.

    p(x)  ~  p_asked(x) * product over the guided conditions c of  (p_asked(x) / p_without_c(x)) ^ w_c

`p_without_c` is the same model with condition c left open, so a chord gains by what c says for it. Weights 0 draw
as the model says; the greater a weight, the more typical the music and the narrower the choice. Ho & Salimans 2022,
"Classifier-free diffusion guidance", eq. 6; for sequences of tokens Sanchez et al. 2023, "Stay on topic with
classifier-free guidance", eq. 7; a weight for each condition as in Liu et al. 2022, "Compositional visual generation
with composable diffusion models", eq. 11.

Each condition is left open by itself: jazz pulls out of the scale that another condition asks for, so opening both
at once would strengthen neither. Improbable chords are not cut off besides, as contrastive decoding does (Li et al.
2023): measured on chords, that moves samples further from real songs than guidance itself does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.decoding.progression import Conditions, Ids, StepModel
from shared.errors import InputError, unknown_choice
from shared.music.conditions import CONDITIONS

# Not the key: without it the model composes in every key at once, and guidance would only stress the tonic. Nor the
# scale type, which is tilted (`shared.decoding.scale_tilt`).
GUIDED = ("genre", "mood")
_LEAST = 1e-12  # keeps a chord that an open model holds impossible finite


@dataclass
class _State:
    """The state of a batch: which conditions are guided, the rows of the inner model, and what those are asked."""

    batch: int
    inner: Any = None
    terms: tuple[str, ...] = ()
    asked: Conditions | None = None
    all_asked: Conditions | None = None


class Guided:
    """A step model under guidance, itself a `StepModel`.

    The rows of a batch, and the same rows once more for each condition that is asked for and guided, run as one
    batch: one call of the inner model per chord.
    """

    def __init__(self, model: StepModel, weights: float | Mapping[str, float]) -> None:
        """Guide a model.

        Args:
            model: a step model that was trained with conditions hidden now and then.
            weights: of conditions by name, 0 or above; one number stands for all of `GUIDED`.

        Raises:
            InputError: for a negative weight or an unknown condition.
        """
        if not isinstance(weights, Mapping):
            weights = dict.fromkeys(GUIDED, float(weights))
        names = tuple(condition.name for condition in CONDITIONS)
        for name, weight in weights.items():
            if name not in names:
                raise unknown_choice("condition", name, names)
            if not (math.isfinite(weight) and weight >= 0):
                raise InputError(f"the weight of guidance is 0 or above, not {weight}; 0 draws as the model says")
        self.model, self.weights = model, {name: weight for name, weight in weights.items() if weight > 0}

    def initial_state(self, batch: int) -> _State:
        """Return the state before the first token; the conditions of the first step decide how many rows it has."""
        return _State(batch)

    def step(self, token_ids: Ids, conditions: Conditions, state: _State) -> tuple[NDArray[np.float64], _State]:
        """Read one token per row; return guided next-token probabilities [batch, vocabulary] and the new state."""
        if state.inner is None:
            state.terms = self._asked_for(conditions)
            state.inner = self.model.initial_state(state.batch * (1 + len(state.terms)))
        if state.all_asked is None or conditions is not state.asked:
            state.asked, state.all_asked = conditions, _with_open_rows(conditions, state.terms)
        # The same object at every step, by which a model can tell that the conditions have not changed.
        tokens = np.tile(token_ids, 1 + len(state.terms))
        answer, state.inner = self.model.step(tokens, state.all_asked, state.inner)
        asked, *without = np.split(np.asarray(answer, dtype=np.float64), 1 + len(state.terms))
        return guided(asked, without, [self.weights[name] for name in state.terms]), state

    def _asked_for(self, conditions: Conditions) -> tuple[str, ...]:
        """Return the guided conditions that some row asks for; to open another would change nothing."""
        return tuple(
            c.name
            for c in CONDITIONS
            if c.name in self.weights and np.any(np.asarray(getattr(conditions, c.name)) != c.unspecified)
        )


def _with_open_rows(conditions: Conditions, terms: tuple[str, ...]) -> Conditions:
    """Return the conditions of all rows, then again with each term left open, [batch * (1 + terms)] each."""
    columns = {}
    for condition in CONDITIONS:
        rows = np.asarray(getattr(conditions, condition.name))
        left_open = np.full_like(rows, condition.unspecified)
        columns[condition.name] = np.concatenate(
            [rows, *(left_open if name == condition.name else rows for name in terms)]
        )
    return Conditions(**columns)


def guided(asked: ArrayLike, without: list[NDArray[np.float64]], weights: list[float]) -> NDArray[np.float64]:
    """Return guided distributions [batch, vocabulary].

    Args:
        asked: distributions under all conditions, [batch, vocabulary].
        without: for each term the distributions with its condition left open, of the same shape.
        weights: one for each term.
    """
    p = np.asarray(asked, dtype=np.float64)
    if not weights:
        return p
    with np.errstate(divide="ignore"):  # what is impossible stays so: -inf
        logs = (1 + sum(weights)) * np.log(p)
    for q, weight in zip(without, weights, strict=True):
        logs -= weight * np.log(np.maximum(q, _LEAST))
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
