"""The most probable path of classes through frames, by dynamic programming (Viterbi 1967).

    score of a path = sum over frames of  log_probs[frame, class] + transitions[class before, class]

Exact, and fast because a class goes on or comes from the best class before it almost always: the other ways in
are looked at only from classes whose score could still win somewhere. A class may have to last a number of
frames; the path then holds no shorter stretch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

Scores = NDArray[np.float64]
Path = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Transitions:
    """Log-probabilities [classes before, classes after] that one frame's class follows another's."""

    log_probs: Scores

    def __post_init__(self) -> None:
        """Refuse what is no table of log-probabilities.

        Raises:
            InputError: when the table is not square or holds something not finite.
        """
        table = self.log_probs
        if table.ndim != 2 or table.shape[0] != table.shape[1] or not len(table):
            raise InputError(f"transitions are a table [classes, classes], not {list(table.shape)}")
        if not np.isfinite(table).all():
            raise InputError(
                "log-probabilities of transitions must be finite; give impossible ones a small probability"
            )

    @classmethod
    def uniform(cls, n_classes: int, self_transition: float) -> Self:
        """Return transitions that hold a class with one probability and share the rest equally.

        Raises:
            InputError: when the probability is not between 0 and 1.
        """
        return cls.of_changes(np.ones((n_classes, n_classes)), self_transition)

    @classmethod
    def of_changes(cls, changes: NDArray[np.floating], self_transition: float) -> Self:
        """Return transitions that hold a class with one probability and share the rest as changes were counted.

        Args:
            changes: how often (or how probably) each class follows each other one, [classes, classes], above 0;
                the diagonal is not used.
            self_transition: probability that a class goes on from one frame to the next.

        Raises:
            InputError: when the probability is not between 0 and 1, or a change has none.
        """
        if not 0 < self_transition < 1:
            raise InputError(f"the self transition is {self_transition}; it must lie between 0 and 1")
        shares = np.array(changes, dtype=np.float64)
        np.fill_diagonal(shares, 0.0)
        shares *= (1 - self_transition) / shares.sum(axis=1, keepdims=True)
        np.fill_diagonal(shares, self_transition)
        with np.errstate(divide="ignore"):
            return cls(np.log(shares))


def viterbi(log_probs: NDArray[np.floating], transitions: Transitions, min_frames: int = 1) -> Path:
    """Return the class of each frame [frames] on the path of the highest score.

    Args:
        log_probs: log-probabilities (or log-likelihoods) of the classes, [frames, classes].
        transitions: what may follow what; every class is equally probable in the first frame.
        min_frames: the least number of frames that a class lasts; in fewer frames than that there is one class.

    Raises:
        InputError: when a score is not finite, or shapes do not fit.
    """
    scores = _checked(log_probs, transitions)
    least = max(1, min(min_frames, len(scores)))
    stay = np.diagonal(transitions.log_probs)
    ways = _Ways(transitions.log_probs)
    # Row t: the score on arrival in each class at frame t; the best score of a path that may leave it after t.
    entered, best = np.zeros_like(scores), np.full_like(scores, -np.inf)
    begun = np.zeros(scores.shape, dtype=bool)
    for frame, gains in enumerate(scores):
        if frame:
            ways.into(best[frame - 1], out=entered[frame])
            np.add(best[frame - 1], stay, out=best[frame])
            best[frame] += gains
        first = frame - least + 1
        if first >= 0:
            lasting = gains if least == 1 else scores[first : frame + 1].sum(axis=0) + (least - 1) * stay
            fresh = entered[first] + lasting
            np.greater(fresh, best[frame], out=begun[frame])
            np.maximum(fresh, best[frame], out=best[frame])
    return _trace(best, begun, transitions, least)


class _Ways:
    """The best way into each class from another one."""

    def __init__(self, table: Scores) -> None:
        """Take log-probabilities [classes before, classes after]."""
        self._table = table
        others = table.copy()
        np.fill_diagonal(others, -np.inf)
        self._easiest = others.max(axis=0) if len(table) > 1 else np.zeros(1)

    def into(self, best: Scores, out: Scores) -> None:
        """Write the score on arrival in each class [classes] to `out`."""
        top = best.argmax()
        np.add(best[top], self._table[top], out=out)
        # Exact: from a class below this score, even the easiest change into any class loses against the best's.
        (rivals,) = (best > (out - self._easiest).min()).nonzero()
        if len(rivals) > 1 or (len(rivals) == 1 and rivals[0] != top):
            np.maximum(out, (best[rivals, None] + self._table[rivals]).max(axis=0), out=out)


def _trace(best: Scores, begun: NDArray[np.bool_], transitions: Transitions, least: int) -> Path:
    """Return the path that ends best, from where each stretch of it began."""
    path = np.empty(len(best), dtype=np.int64)
    frame, current = len(best) - 1, int(best[-1].argmax())
    while frame >= 0:
        if begun[frame, current]:
            first = frame - least + 1
            path[first : frame + 1] = current
            frame = first - 1
            # Where a stretch came from is asked for the few on the path only.
            current = int((best[frame] + transitions.log_probs[:, current]).argmax())
        else:
            path[frame] = current
            frame -= 1
    return path


def _checked(log_probs: NDArray[np.floating], transitions: Transitions) -> Scores:
    """Return the scores as float64.

    Raises:
        InputError: when one is not finite, or shapes do not fit.
    """
    scores = np.asarray(log_probs, dtype=np.float64)
    n_classes = len(transitions.log_probs)
    if scores.ndim != 2 or not len(scores) or scores.shape[1] != n_classes:
        raise InputError(f"{n_classes} classes need scores [frames, {n_classes}], not {list(scores.shape)}")
    if not np.isfinite(scores).all():
        frame = int(np.argmin(np.isfinite(scores).all(axis=1)))
        raise InputError(f"frame {frame} has a log-probability that is not finite; keep probabilities above 0")
    return scores
