"""Axes: where a value lies on the paper, and which round values get a tick."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values (`low` to `high`) to pixels (`start` to `end`)."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value; a scale of no width puts everything at its start."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def tick_step(span: float, count: int) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 times a power of ten that cuts `span` into at most `count` parts."""
    rough = span / count
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough * (1 - 1e-9))


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round values that enclose `low` to `high`, at most `count` + 2 of them.

    Args:
        low: the smallest value to show.
        high: the largest; when it equals `low`, the axis is opened by one to both sides.
        count: into how many parts the span is cut at most.
    """
    if high <= low:
        low, high = low - 1.0, low + 1.0
    step = tick_step(high - low, count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def integer_ticks(low: int, high: int, count: int = 8) -> list[int]:
    """Return whole values inside `low` to `high`, both ends among them, about evenly spaced."""
    step = max(1, math.ceil(tick_step(max(high - low, 1), count)))
    inner = [value for value in range(math.ceil(low / step) * step, high, step) if low < value <= high - step / 2]
    return [low, *inner, high] if high > low else [low]
