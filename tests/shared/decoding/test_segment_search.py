"""The search over segments, proved with planted chains against every progression there is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
import pytest

from shared.decoding.progression import Conditions
from shared.decoding.sampling import SamplingConfig
from shared.decoding.segment_search import Task, best, draw
from shared.errors import InputError
from shared.music.chord_tokens import END_ID, N_TOKENS, START_ID

A, B, C = 10, 20, 30
ASKED = Conditions.repeated(1, genre=8, mood=27, key=5, scale_type=2)


class Remembering:
    """Gives each next token a probability that depends on all tokens read so far; its states are their lists.

    A state is used up by the step that takes it, as those of the real models are.
    """

    def __init__(self, end: float = 0.0) -> None:
        self.end, self.calls = end, 0

    def initial_state(self, batch: int) -> list[list[int]]:
        return [[] for _ in range(batch)]

    def step(
        self, token_ids: np.ndarray, conditions: Conditions, state: list[list[int]]
    ) -> tuple[np.ndarray, list[list[int]]]:
        assert len(token_ids) == len(state) == len(conditions)
        assert set(conditions.key) == {5}
        self.calls += 1
        for row, token in zip(state, token_ids, strict=True):
            row.append(int(token))
        return np.stack([self.shares(row) for row in state]), state

    def select(self, origins: Sequence[tuple[list[list[int]], int]]) -> list[list[int]]:
        return [list(state[row]) for state, row in origins]

    def shares(self, history: list[int]) -> np.ndarray:
        rng = np.random.default_rng(history)
        row = np.zeros(N_TOKENS)
        row[[A, B, C]] = (1 - self.end) * rng.dirichlet(np.ones(3))
        row[END_ID] = self.end
        return row


def task(fit: np.ndarray, hold: float = 0.3) -> Task:
    wide = np.full((len(fit), N_TOKENS), -np.inf)
    wide[:, [A, B, C]] = fit
    return Task(ASKED, wide, np.full(len(fit), hold))


def score(model: Remembering, asked: Task, tokens: Sequence[int]) -> float:
    """Return the score of a progression as the head of the module defines it."""
    history, total = [START_ID], 0.0
    for segment, token in enumerate(tokens):
        shares = model.shares(history)
        shares[END_ID] = 0.0
        hold = asked.hold[segment]
        if len(history) > 1 and token == history[-1]:
            total += np.log(hold)
        else:
            if len(history) > 1:
                shares[history[-1]] = 0.0
                total += np.log(1 - hold)
            total += np.log(shares[token] / shares.sum())
            history.append(token)
        total += asked.fit[segment, token]
    return float(total)


@pytest.mark.parametrize("seed", range(4))
def test_the_best_progressions_are_those_of_all(seed: int) -> None:
    model = Remembering(end=0.4)
    asked = task(np.random.default_rng(seed).normal(size=(4, 3)))
    every = sorted(product((A, B, C), repeat=4), key=lambda tokens: -score(model, asked, tokens))
    assert best(model, asked, beams=81, count=3) == [list(tokens) for tokens in every[:3]]


def test_a_narrow_beam_is_greedy() -> None:
    asked = task(np.array([[5.0, 0, 0], [0, 5.0, 0], [0, 0, 5.0]]))
    assert best(Remembering(), asked, beams=1) == [[A, B, C]]


def test_a_chord_that_goes_on_is_read_once() -> None:
    model = Remembering()
    asked = task(np.array([[50.0, 0, 0]] * 6), hold=0.9)
    assert best(model, asked, beams=1) == [[A] * 6]
    assert model.calls == 2  # START and A


def test_hold_decides_where_nothing_else_does() -> None:
    flat = np.zeros((40, 3))
    often, seldom = (
        sum(a == b for a, b in pairwise(row))
        for row in (draw(Remembering(), task(flat, hold), SamplingConfig(), 1)[0] for hold in (0.8, 0.1))
    )
    assert often > 24 > 12 > seldom


def test_what_the_fit_forbids_never_comes() -> None:
    fit = np.zeros((12, 3))
    fit[:, 1] = -np.inf
    assert B not in best(Remembering(), task(fit))[0]
    assert B not in {token for row in draw(Remembering(), task(fit), SamplingConfig(2.0), 8) for token in row}


def test_a_model_that_only_wants_to_end_still_answers() -> None:
    assert len(best(Remembering(end=1.0), task(np.zeros((3, 3))))[0]) == 3


def test_draws_repeat_with_their_seed_and_do_not_depend_on_their_number() -> None:
    asked = task(np.zeros((10, 3)))
    many = draw(Remembering(), asked, SamplingConfig(), 6, seed=3)
    assert many[:2] == draw(Remembering(), asked, SamplingConfig(), 2, seed=3)
    assert many != draw(Remembering(), asked, SamplingConfig(), 6, seed=4)
    assert len({tuple(row) for row in many}) == 6


def test_draws_follow_model_and_fit() -> None:
    fit = np.log(np.array([[0.2, 0.3, 0.5]]))
    rows = draw(Remembering(), task(fit), SamplingConfig(), 3000)
    joint = Remembering().shares([START_ID])[[A, B, C]] * np.exp(fit[0])
    found = [np.mean([row == [token] for row in rows]) for token in (A, B, C)]
    assert found == pytest.approx((joint / joint.sum()).tolist(), abs=0.03)


def test_tasks_that_cannot_be_solved_are_refused() -> None:
    with pytest.raises(InputError, match="no chord is allowed in segment 1"):
        task(np.array([[0.0, 0, 0], [-np.inf] * 3]))
    with pytest.raises(InputError, match="needs a fit for each"):
        Task(ASKED, np.zeros((2, N_TOKENS)), np.zeros(3))
    with pytest.raises(InputError, match="a beam of 0"):
        best(Remembering(), task(np.zeros((1, 3))), beams=0)
