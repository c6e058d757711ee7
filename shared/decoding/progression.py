"""Compose chord progressions with any model that gives the next chord: the autoregressive loop.

START and the seed chords are first fed through the model, then each chord that is drawn goes back in. A
progression ends at a given length, or where the model draws END. Sample i has a random generator of its own,
made from the seed and i, so it is the same whether it is drawn alone or beside a hundred others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.decoding.sampling import SamplingConfig, sample
from shared.errors import InputError
from shared.music.chord_tokens import END_ID, N_SPECIAL, PAD_ID, START_ID

Ids = NDArray[np.integer]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Conditions:
    """What is asked of each progression, as ids of `shared.music.conditions`, each [batch]."""

    genre: Ids
    mood: Ids
    key: Ids
    scale_type: Ids

    @classmethod
    def repeated(cls, batch: int, *, genre: int, mood: int, key: int, scale_type: int) -> Conditions:
        """Ask the same of every progression of a batch."""
        return cls(*(np.full(batch, value, dtype=np.int64) for value in (genre, mood, key, scale_type)))

    def __len__(self) -> int:
        """Return the batch size."""
        return len(self.genre)


class StepModel(Protocol):
    """A model that reads one token at a time and carries its own state, of whatever form."""

    def initial_state(self, batch: int) -> Any:
        """Return the state before the first token."""
        ...

    def step(self, token_ids: Ids, conditions: Conditions, state: Any) -> tuple[ArrayLike, Any]:
        """Read token ids [batch]; return next-token probabilities [batch, vocabulary] and the new state."""
        ...


@dataclass(frozen=True)
class Progress:
    """How far a batch of progressions has come, for the constraints.

    Attributes:
        chords: ids [batch, n] so far, seeds included, without START; rows that ended hold PAD.
        length: chords in all when that was asked for; None when the model decides.
        max_length: no progression grows longer than this.
        vocabulary_size: width of the masks.
    """

    chords: Ids
    length: int | None
    max_length: int
    vocabulary_size: int

    @property
    def remaining(self) -> int:
        """Chords that still fit, the one to be drawn included."""
        return (self.length or self.max_length) - int(self.chords.shape[1])


class Constraint(Protocol):
    """A rule of composing."""

    def allowed(self, progress: Progress) -> Mask:
        """Return which tokens may come next, [batch, vocabulary] or [1, vocabulary]."""
        ...


@dataclass(frozen=True)
class LengthRule:
    """PAD and START are never drawn; END only where the model ends, after `min_length` chords."""

    min_length: int = 1

    def allowed(self, progress: Progress) -> Mask:
        """Return one row for the whole batch."""
        mask = np.ones((1, progress.vocabulary_size), dtype=bool)
        mask[0, [PAD_ID, START_ID]] = False
        mask[0, END_ID] = progress.length is None and progress.chords.shape[1] >= self.min_length
        return mask


@dataclass
class _Loop:
    """The state of one call of `generate`."""

    model: StepModel
    conditions: Conditions
    probabilities: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.model.initial_state(len(self.conditions))

    def feed(self, token_ids: Ids) -> None:
        """Read one token per row and keep what the model predicts next."""
        probabilities, self.state = self.model.step(token_ids, self.conditions, self.state)
        self.probabilities = np.asarray(probabilities, dtype=np.float64)


def generate(
    step_model: StepModel,
    conditions: Conditions,
    *,
    seeds: Sequence[int] = (),
    length: int | None = None,
    max_length: int = 64,
    sampling: SamplingConfig | None = None,
    constraints: Constraint | None = None,
    min_length: int = 1,
    seed: int = 0,
) -> list[list[int]]:
    """Compose one progression for each row of the conditions.

    Args:
        step_model: gives the next-chord probabilities.
        conditions: what is asked, [batch] each; their length is the number of progressions.
        seeds: chord ids that every progression begins with; they count towards the length.
        length: chords in each progression; None leaves the end to the model.
        max_length: where a progression without END is cut off.
        sampling: temperature, top-k, top-p; None draws as the model says.
        constraints: what every draw obeys, such as `shared.decoding.constraints.Constraints`.
        min_length: END is not drawn before this many chords.
        seed: of the random numbers; the same seed gives the same progressions.

    Returns:
        Chord ids of each progression, without START and END.

    Raises:
        InputError: when the length does not hold the seeds or the constraints leave no token.
    """
    _check_lengths(len(seeds), length, max_length)
    batch = len(conditions)
    rules: list[Constraint] = [LengthRule(min_length), *([constraints] if constraints else [])]
    generators = [np.random.default_rng([seed, index]) for index in range(batch)]
    loop = _Loop(step_model, conditions)
    for token in (START_ID, *seeds):
        loop.feed(np.full(batch, token, dtype=np.int64))
    chords = np.tile(np.asarray(seeds, dtype=np.int64), (batch, 1))
    active = np.ones(batch, dtype=bool)
    for _ in range((length or max_length) - len(seeds)):
        progress = Progress(chords, length, max_length, loop.probabilities.shape[1])
        drawn = _draw(loop.probabilities, progress, rules, sampling or SamplingConfig(), generators, active)
        active &= drawn >= N_SPECIAL
        chords = np.column_stack([chords, drawn])
        if not active.any():
            break
        loop.feed(drawn)
    return [[int(token) for token in row if token >= N_SPECIAL] for row in chords]


def _draw(
    probabilities: NDArray[np.float64],
    progress: Progress,
    rules: Sequence[Constraint],
    sampling: SamplingConfig,
    generators: Sequence[np.random.Generator],
    active: Mask,
) -> Ids:
    """Return the next token of each row [batch]; rows that have ended get PAD."""
    mask = np.ones_like(probabilities, dtype=bool)
    for rule in rules:
        mask &= rule.allowed(progress)
    rows = np.flatnonzero(active)
    tokens = np.full(len(probabilities), PAD_ID, dtype=np.int64)
    tokens[rows] = sample(probabilities[rows], sampling, [generators[int(row)] for row in rows], mask[rows])
    return tokens


def _check_lengths(n_seeds: int, length: int | None, max_length: int) -> None:
    """Refuse lengths that hold no chord or not the seeds."""
    wanted = max_length if length is None else length
    if wanted < 1 or wanted < n_seeds:
        raise InputError(f"a progression of {wanted} chords cannot hold {n_seeds} seed chords; ask for more chords")
