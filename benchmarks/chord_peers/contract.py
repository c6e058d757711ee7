"""What every recognizer offers that the chord benchmark measures: file paths in, timed chords out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shared.datasets.contract import TimedChords


@dataclass
class Recognition:
    """What a recognizer made of a batch of recordings; each is in `chords` or in `failures`.

    Attributes:
        chords: the chords of each recording.
        seconds: wall time of each, from file to chords.
        failures: one sentence for each recording that it failed on.
        remembered: how many recordings it was not asked about, since its answer to them was kept.
    """

    chords: dict[Path, TimedChords] = field(default_factory=dict)
    seconds: dict[Path, float] = field(default_factory=dict)
    failures: dict[Path, str] = field(default_factory=dict)
    remembered: int = 0

    def times_real_time(self) -> float:
        """Return the length of what was recognised over the time that it took; 0 when nothing was.

        The first recording is left out where there are more: it pays for what is done once per process.
        """
        warm = list(self.seconds)[1:] or list(self.seconds)
        duration_s = sum(float(self.chords[path].intervals_s[-1, 1]) for path in warm)
        return duration_s / sum(self.seconds[path] for path in warm) if warm else 0.0


def recognise_here(paths: Sequence[Path], recognise: Callable[[Path], TimedChords]) -> Recognition:
    """Recognise audio files in our own process, one after the other; one that cannot be recognised is written down."""
    result = Recognition()
    for path in paths:
        place = Path(path).resolve()
        started = time.perf_counter()
        try:
            result.chords[place] = recognise(place)
            result.seconds[place] = time.perf_counter() - started
        except Exception as error:  # a batch goes on whatever a recording does to it
            result.failures[place] = f"{type(error).__name__}: {error}"
    return result


class Peer(Protocol):
    """A chord recognizer."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    def recognise(self, paths: Sequence[Path]) -> Recognition:
        """Recognise the chords of audio files, one after another; a file that it fails on stops no other.

        Raises:
            ConsortError: when the recognizer cannot run at all.
        """
        ...
