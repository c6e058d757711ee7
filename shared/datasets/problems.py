"""Input that cannot be used is named, counted and skipped; it never vanishes silently."""

from __future__ import annotations

import logging
from dataclasses import dataclass

_logger = logging.getLogger(__name__)

# After this many warnings a broken corpus would only scroll the useful ones away.
WARNING_LIMIT = 10
# A message may quote what it found: it stays one line of bearable length.
_MAX_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was skipped: `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """Return `file:line: message`, which editors can jump to."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """How many tracks could be read, and every problem on the way."""

    n_tracks: int
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether there are tracks and nothing was skipped."""
        return self.n_tracks > 0 and not self.problems


class ProblemLog:
    """Collects problems; warns of the first ten one by one and of the rest with a count."""

    def __init__(self, warn: bool = True) -> None:
        """Start empty; with `warn` false it only collects."""
        self.problems: list[Problem] = []
        self._warn = warn

    def add(self, file: str, line: int, message: str) -> None:
        """Record one skipped thing."""
        self.problems.append(Problem(file, line, " ".join(message.split())[:_MAX_MESSAGE]))
        if self._warn and len(self.problems) <= WARNING_LIMIT:
            _logger.warning("skipped %s", self.problems[-1])

    def report(self, n_tracks: int) -> Report:
        """Close the log: warn of what exceeded the limit and return everything."""
        rest = len(self.problems) - WARNING_LIMIT
        if self._warn and rest > 0:
            _logger.warning("skipped %d more (%d in all)", rest, len(self.problems))
        return Report(n_tracks, tuple(self.problems))
