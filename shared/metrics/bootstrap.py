"""Is one recognizer better than another, or were the songs kind to it? A paired bootstrap says (Efron 1979).

Songs are drawn with replacement, the same ones for both, and the difference of the two figures is taken each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shared.errors import InputError
from shared.metrics.chords import ChordScores


@dataclass(frozen=True)
class Difference:
    """How far the first is ahead of the second, and the interval that holds the truth with a given probability."""

    value: float
    low: float
    high: float


def paired_bootstrap(
    first: ChordScores, second: ChordScores, metric: str, samples: int = 10_000, level: float = 0.95, seed: int = 0
) -> Difference:
    """Return the difference in a metric between two recognizers on the same songs.

    Songs that the metric cannot judge are left out; each of the rest weighs its length.

    Args:
        first: figures of the one.
        second: figures of the other; the songs may stand in another order.
        metric: one of `chords.METRICS`.
        samples: how often songs are drawn.
        level: probability that the interval holds.
        seed: of the draws.

    Raises:
        InputError: when the songs are not the same, or none can be judged.
    """
    names = [song.name for song in first.songs]
    order = {song.name: place for place, song in enumerate(second.songs)}
    if set(names) != set(order):
        lacking = sorted(set(names) ^ set(order))
        raise InputError(f"recognizers are compared on the same songs, but only one has '{lacking[0]}'")
    ours, weights = first.column(metric)
    theirs = second.column(metric)[0][[order[name] for name in names]]
    judged = ~np.isnan(ours) & ~np.isnan(theirs)
    if not judged.any():
        raise InputError(f"no song can be judged by {metric}; choose another metric")
    gains, weights = (ours - theirs)[judged], weights[judged]
    draws = np.random.default_rng(seed).integers(len(gains), size=(samples, len(gains)))
    means = (gains * weights)[draws].sum(axis=1) / weights[draws].sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Difference(float(np.average(gains, weights=weights)), float(low), float(high))
