"""Notes on a page: a score in quarters, checked when it is born, independent of any file format.

Time is counted in quarters from the start (`onset_quarters`), so that a tempo change moves nothing; seconds
are `quarters * 60 / tempo_qpm`. A score has one tempo, one meter and at most one key.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from shared.errors import InputError
from shared.music.keys import Key

# A tempo event holds microseconds per quarter in 24 bits, so nothing slower than 3.58 can be written.
SLOWEST_QPM, FASTEST_QPM = 4.0, 1000.0
NOTE_VALUES = ("1", "2", "4", "8", "16", "32", "64")


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise InputError(message)


@dataclass(frozen=True, slots=True)
class Note:
    """One note: `pitch` 0-127 (60 = C4), `velocity` 1-127, times in quarters.

    Raises:
        InputError: at birth, when a value is out of range.
    """

    pitch: int
    velocity: int
    onset_quarters: float
    duration_quarters: float

    def __post_init__(self) -> None:
        """Hold the ranges of the format, so that no writer meets an impossible note."""
        _check(0 <= self.pitch <= 127, f"pitch {self.pitch} is outside 0 to 127")
        _check(1 <= self.velocity <= 127, f"velocity {self.velocity} is outside 1 to 127")
        onset, duration = self.onset_quarters, self.duration_quarters
        _check(math.isfinite(onset) and onset >= 0, f"onset {onset} quarters is not 0 or later")
        _check(math.isfinite(duration) and duration > 0, f"duration {duration} quarters is not above 0")

    @property
    def end_quarters(self) -> float:
        """When the note is released."""
        return self.onset_quarters + self.duration_quarters


@dataclass(frozen=True, slots=True)
class Track:
    """One player: General MIDI `program` 0-127 (of a drum kit where `is_drum`), and its place in the mix.

    `volume` and `reverb` are 0-127, `pan` runs from 0 (left) over 64 (middle) to 127 (right).
    """

    name: str
    program: int
    is_drum: bool = False
    notes: tuple[Note, ...] = ()
    volume: int = 100
    pan: int = 64
    reverb: int = 40

    def __post_init__(self) -> None:
        """Hold the ranges of the format."""
        for field in ("program", "volume", "pan", "reverb"):
            value = getattr(self, field)
            _check(0 <= value <= 127, f"{field} {value} of track '{self.name}' is outside 0 to 127")

    @property
    def end_quarters(self) -> float:
        """When the last note is released; 0 for a track without notes."""
        return max((note.end_quarters for note in self.notes), default=0.0)


@dataclass(frozen=True, slots=True)
class Score:
    """Tracks that sound together, with `chord_marks` (onset in quarters, chord name) above them."""

    tracks: tuple[Track, ...]
    tempo_qpm: float = 120.0
    meter: str = "4/4"
    key: Key | None = None
    chord_marks: tuple[tuple[float, str], ...] = ()

    def __post_init__(self) -> None:
        """Check tempo, meter and marks."""
        in_range = SLOWEST_QPM <= self.tempo_qpm <= FASTEST_QPM
        _check(in_range, f"tempo {self.tempo_qpm} qpm is outside {SLOWEST_QPM:g} to {FASTEST_QPM:g}")
        parse_meter(self.meter)
        onsets = [onset for onset, _ in self.chord_marks]
        ordered = all(earlier <= later for earlier, later in itertools.pairwise(onsets))
        _check(ordered and (not onsets or onsets[0] >= 0), "chord marks are not in order of time")

    @property
    def end_quarters(self) -> float:
        """When the last note of any track is released."""
        return max((track.end_quarters for track in self.tracks), default=0.0)

    @property
    def duration_s(self) -> float:
        """Length in seconds, up to the last release."""
        return self.end_quarters * 60.0 / self.tempo_qpm

    @property
    def bar_quarters(self) -> float:
        """Length of a bar: 4 for 4/4, 3 for 3/4 and 6/8."""
        return bar_quarters(self.meter)

    @property
    def n_notes(self) -> int:
        """Number of notes in all tracks."""
        return sum(len(track.notes) for track in self.tracks)


def parse_meter(meter: str) -> tuple[int, int]:
    """Return (beats, beat unit) of a meter such as `6/8`.

    Raises:
        InputError: when it is not two numbers with a power of two below the line.
    """
    beats, _, unit = meter.partition("/")
    if beats.isdecimal() and unit in NOTE_VALUES and 1 <= int(beats) <= 255:
        return int(beats), int(unit)
    raise InputError(f"meter '{meter}' cannot be read; write it as 4/4, 3/4 or 6/8")


def bar_quarters(meter: str) -> float:
    """Return the length of a bar in quarters."""
    beats, unit = parse_meter(meter)
    return 4.0 * beats / unit
