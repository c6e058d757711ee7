"""Find chords for segments of given time: a step model says what may come next, a table what fits there.

The model knows chord changes only. In each segment the last chord goes on with a given probability (`hold`);
otherwise the model's next chord begins, whose probabilities are rescaled without the last chord and the end:

    log P(chord | before) = log hold                                if it is the last chord
                          = log (1 - hold) + log P_model(chord)     if it is another
    score of a progression = sum over segments of  log P(chord | before) + fit[segment, chord]

`best` searches for the highest score with a beam; `draw` draws segment by segment. The model reads a chord
where it begins, and not again while it goes on: hypotheses share states and each step reads only new chords.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shared.decoding.progression import Conditions, StepModel
from shared.decoding.sampling import SamplingConfig, sample
from shared.errors import InputError
from shared.music.chord_tokens import N_SPECIAL, START_ID

Scores = NDArray[np.float64]

# No chord is impossible for want of training songs; only `fit` forbids.
_FLOOR = 1e-9


class BranchingStepModel(StepModel, Protocol):
    """A step model whose states can be taken apart row by row, so that a row can go on in several ways."""

    def select(self, origins: Sequence[tuple[Any, int]]) -> Any:
        """Return a new state whose row i is row `origins[i][1]` of the state `origins[i][0]`, which stays as it is."""
        ...


@dataclass(frozen=True, eq=False)
class Task:
    """What is asked of a search.

    Attributes:
        conditions: what is asked of the model, a batch of one.
        fit: log-likelihood of each token in each segment, [segments, vocabulary]; -inf where it may not stand.
        hold: probability that the last chord goes on, for each segment [segments], between 0 and 1; the first
            is not used.
    """

    conditions: Conditions
    fit: Scores
    hold: Scores

    def __post_init__(self) -> None:
        """Refuse what cannot be searched.

        Raises:
            InputError: when shapes differ or a segment allows no chord.
        """
        if len(self.conditions) != 1 or self.fit.ndim != 2 or len(self.fit) != len(self.hold) or not len(self.fit):
            raise InputError(
                f"one progression over {len(self.hold)} segments needs a fit for each, not {self.fit.shape}"
            )
        open_segments = np.isfinite(self.fit[:, N_SPECIAL:]).any(axis=1)
        if not open_segments.all():
            raise InputError(f"no chord is allowed in segment {int(np.argmin(open_segments))}; loosen the constraints")


@dataclass(frozen=True, eq=False)
class _Hypothesis:
    """A progression so far: chords per segment, its score, and where the model stands after its last chord.

    `log_next` [vocabulary] are the model's log-probabilities of a change; `state` and `row` are what it read.
    """

    tokens: tuple[int, ...]
    score: float
    log_next: Scores
    state: Any
    row: int


def best(model: BranchingStepModel, task: Task, beams: int = 16, count: int = 1) -> list[list[int]]:
    """Return the `count` progressions of the highest scores, the best first: one token for each segment.

    There are fewer when the fit allows no more.

    Raises:
        InputError: when the beam is narrower than one.
    """
    if beams < 1 or count < 1:
        raise InputError(f"a beam of {beams} cannot give {count} progressions")
    width = max(beams, count)
    hypotheses = [_start(model, task)]
    for segment in range(len(task.fit)):
        gains = np.stack([_gains(hypothesis, task, segment) for hypothesis in hypotheses])
        totals = gains + np.array([[hypothesis.score] for hypothesis in hypotheses])
        ranked = np.argsort(-totals, axis=None, kind="stable")[:width]
        places = [divmod(int(place), totals.shape[1]) for place in ranked if np.isfinite(totals.flat[place])]
        chosen = [(hypotheses[row], token, float(totals[row, token])) for row, token in places]
        hypotheses = _advance(model, task, chosen)
    return [list(hypothesis.tokens) for hypothesis in hypotheses[:count]]


def draw(
    model: BranchingStepModel, task: Task, sampling: SamplingConfig, count: int = 1, seed: int = 0
) -> list[list[int]]:
    """Return `count` progressions drawn segment by segment: one token for each segment.

    Progression i has a random generator of its own, made from the seed and i, as in `progression.generate`.
    """
    generators = [np.random.default_rng([seed, index]) for index in range(count)]
    hypotheses = [_start(model, task)] * count
    for segment in range(len(task.fit)):
        gains = np.stack([_gains(hypothesis, task, segment) for hypothesis in hypotheses])
        shares = np.exp(gains - gains.max(axis=1, keepdims=True))
        drawn = sample(shares, sampling, generators, shares > 0)
        chosen = [(hypothesis, int(token), 0.0) for hypothesis, token in zip(hypotheses, drawn, strict=True)]
        hypotheses = _advance(model, task, chosen)
    return [list(hypothesis.tokens) for hypothesis in hypotheses]


def _start(model: BranchingStepModel, task: Task) -> _Hypothesis:
    """Return the progression without a chord: the model has read START."""
    probabilities, state = model.step(np.array([START_ID]), task.conditions, model.initial_state(1))
    return _Hypothesis((), 0.0, _log_changes(np.asarray(probabilities)[0], None), state, 0)


def _log_changes(probabilities: NDArray[Any], last: int | None) -> Scores:
    """Return the model's log-probabilities of the chord that comes where one comes, [vocabulary]."""
    shares = probabilities.astype(np.float64)
    shares[:N_SPECIAL] = 0.0
    if last is not None:
        shares[last] = 0.0
    # A model that only wants to end here says nothing of the chord that comes instead.
    logs = np.log(shares / max(float(shares.sum()), _FLOOR) + _FLOOR)
    logs[:N_SPECIAL] = -np.inf
    return np.asarray(logs)


def _gains(hypothesis: _Hypothesis, task: Task, segment: int) -> Scores:
    """Return what each token would add to the score of a progression, [vocabulary]."""
    change = hypothesis.log_next
    if hypothesis.tokens:
        hold = float(task.hold[segment])
        change = change + np.log1p(-hold)
        change[hypothesis.tokens[-1]] = np.log(hold)
    return np.asarray(change + task.fit[segment])


def _advance(
    model: BranchingStepModel, task: Task, chosen: Sequence[tuple[_Hypothesis, int, float]]
) -> list[_Hypothesis]:
    """Append a token to each progression; the model reads those that are changes."""
    changes = [(before, token) for before, token, _ in chosen if before.tokens[-1:] != (token,)]
    read = iter(_read(model, task, changes))
    return [
        _Hypothesis((*before.tokens, token), score, *next(read))
        if before.tokens[-1:] != (token,)
        else _Hypothesis((*before.tokens, token), score, before.log_next, before.state, before.row)
        for before, token, score in chosen
    ]


def _read(
    model: BranchingStepModel, task: Task, changes: Sequence[tuple[_Hypothesis, int]]
) -> list[tuple[Scores, Any, int]]:
    """Let the model read one new chord in each progression; return (log_next, state, row) of each."""
    if not changes:
        return []
    state = model.select([(before.state, before.row) for before, _ in changes])
    asked = Conditions(*(np.repeat(ids, len(changes)) for ids in vars(task.conditions).values()))
    tokens = np.array([token for _, token in changes])
    probabilities, state = model.step(tokens, asked, state)
    rows = np.asarray(probabilities)
    return [(_log_changes(rows[row], int(token)), state, row) for row, token in enumerate(tokens)]
