"""The steps of a long job as the user sees them: which of how many, how long it took, how long in all."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stages:
    """Announces each step and keeps its time.

    Attributes:
        count: how many steps there are.
        timings_s: step name -> seconds, in the order they ran.
    """

    count: int
    timings_s: dict[str, float] = field(default_factory=dict)
    started_s: float = field(default_factory=time.monotonic)

    @property
    def total_s(self) -> float:
        """Seconds since the first step was about to begin."""
        return time.monotonic() - self.started_s

    @contextmanager
    def stage(self, name: str, title: str) -> Iterator[None]:
        """Announce a step, run what is inside, tell how long it took; a step that fails tells nothing."""
        begun = time.monotonic()
        say(_bold(f"\n[{len(self.timings_s) + 1}/{self.count}] {title}"))
        yield
        ended = time.monotonic()
        self.timings_s[name] = round(ended - begun, 2)
        say(f"      done in {duration(ended - begun)}, {duration(self.total_s)} since the start")


def say(text: str) -> None:
    """Print at once: rooms write to the same terminal from their own processes."""
    print(text, flush=True)


def process_age_s() -> float | None:
    """Return how long ago this process was started, its own start-up included; None where the system does not tell.

    Linux tells it in /proc/self/stat (proc(5)): field 22, after a name in brackets that may hold blanks, is the
    start in clock ticks since boot.
    """
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started_s)
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def duration(seconds: float) -> str:
    """Return seconds as people say them: `0.4 s`, `38 s`, `1 min 52 s`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _bold(text: str) -> str:
    """Return the text emphasised where the terminal can (https://no-color.org is honoured)."""
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else f"\033[1m{text}\033[0m"
