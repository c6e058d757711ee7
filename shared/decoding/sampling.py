"""Draw the next token from a model's probabilities: temperature, top-k, top-p and a mask of what is allowed.

Applied in this order: mask, temperature, top-k, top-p; what remains is rescaled to sum to one. Top-p keeps
the smallest set of likeliest tokens whose mass reaches p, the token that crosses p included (Holtzman et al.
2020, "The Curious Case of Neural Text Degeneration"). Pure NumPy, batched over rows; a row's draw depends on
its own numbers only, never on the rows beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shared.errors import InputError

Generators = np.random.Generator | Sequence[np.random.Generator]

# Masses that differ by rounding count as equal, so that top_p = 0.5 of (0.25, 0.25, ...) keeps two tokens.
_MASS_TOLERANCE = 1e-9


@dataclass(frozen=True)
class SamplingConfig:
    """How freely to draw.

    Attributes:
        temperature: 0 always takes the likeliest token, 1 draws as the model says, above 1 is bolder.
        top_k: draw from the k likeliest tokens only; 0 for no limit.
        top_p: draw from the smallest set of tokens with this mass, above 0 to 1; 1 for no limit.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature >= 0):
            raise InputError(f"temperature is 0 or above, not {self.temperature}; 0 takes the likeliest token")
        if self.top_k < 0:
            raise InputError(f"top_k is 0 (no limit) or above, not {self.top_k}")
        if not 0 < self.top_p <= 1:
            raise InputError(f"top_p is above 0 and at most 1 (no limit), not {self.top_p}")


def sample(
    probabilities: ArrayLike,
    config: SamplingConfig,
    rng: Generators,
    allowed: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Return one token id for each row.

    Args:
        probabilities: [batch, vocabulary], not necessarily summing to one.
        config: temperature, top-k, top-p.
        rng: one generator for the batch, or one for each row.
        allowed: True where a token may be drawn, [batch, vocabulary] or [1, vocabulary]; None allows all.

    Raises:
        InputError: when a row has no allowed token, or probabilities are negative or not finite.
    """
    shares = adjusted(probabilities, config, allowed)
    cumulative = np.cumsum(shares, axis=1)
    draws = _uniform(rng, len(shares)) * cumulative[:, -1]
    # The first token whose cumulative mass exceeds the draw; a token of mass 0 never does.
    return np.asarray(np.argmax(cumulative > draws[:, None], axis=1), dtype=np.int64)


def adjusted(
    probabilities: ArrayLike, config: SamplingConfig, allowed: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Return the distributions [batch, vocabulary] that `sample` draws from."""
    shares = _masked(_checked(probabilities), allowed)
    if config.temperature == 0:
        return np.asarray(np.eye(shares.shape[1])[shares.argmax(axis=1)])
    with np.errstate(divide="ignore", over="ignore"):  # both end in -inf, a share of 0
        logs = np.log(shares)
        shares = np.exp((logs - logs.max(axis=1, keepdims=True)) / config.temperature)
    if config.top_k:
        shares = _keep_top_k(shares, config.top_k)
    shares /= shares.sum(axis=1, keepdims=True)
    if config.top_p < 1:
        shares = _keep_top_p(shares, config.top_p)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _checked(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return probabilities as float64 [batch, vocabulary], refusing what no model should give."""
    shares = np.asarray(probabilities, dtype=np.float64)
    if shares.ndim != 2 or not np.all(np.isfinite(shares)) or np.any(shares < 0):
        raise InputError(f"probabilities are [batch, vocabulary], finite and not negative; got {shares.shape}")
    return shares


def _masked(shares: NDArray[np.float64], allowed: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    """Zero what is not allowed; where a model gave all of it to forbidden tokens, the allowed ones share."""
    mask = np.ones_like(shares, dtype=bool) if allowed is None else np.broadcast_to(allowed, shares.shape)
    if not mask.any(axis=1).all():
        row = int(np.argmin(mask.any(axis=1)))
        raise InputError(f"no token is allowed in row {row}; loosen the constraints")
    kept = np.where(mask, shares, 0.0)
    return np.where(kept.sum(axis=1, keepdims=True) > 0, kept, mask)


def _keep_top_k(shares: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Zero all but the k greatest of each row; equal ones are kept in the order of their ids."""
    order = np.argsort(-shares, axis=1, kind="stable")
    result = shares.copy()
    np.put_along_axis(result, order[:, k:], 0.0, axis=1)
    return result


def _keep_top_p(shares: NDArray[np.float64], p: float) -> NDArray[np.float64]:
    """Zero all but the smallest set whose mass reaches p; rows sum to one."""
    order = np.argsort(-shares, axis=1, kind="stable")
    ranked = np.take_along_axis(shares, order, axis=1)
    mass_before = np.cumsum(ranked, axis=1) - ranked
    result = shares.copy()
    np.put_along_axis(result, order, np.where(mass_before < p - _MASS_TOLERANCE, ranked, 0.0), axis=1)
    return result


def _uniform(rng: Generators, n: int) -> NDArray[np.float64]:
    """Return one number from [0, 1) for each row, each from its own generator where there are several."""
    if isinstance(rng, np.random.Generator):
        return rng.random(n)
    if len(rng) != n:
        raise InputError(f"{n} rows need {n} random generators, not {len(rng)}")
    return np.array([generator.random() for generator in rng])
