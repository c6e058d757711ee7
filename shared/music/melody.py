"""A melody: one note at a time, counted in quarters from its first bar line, and the key that it is in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.chords import Chord
from shared.music.keys import Key, key_of_id, key_profiles
from shared.music.score import Note, bar_quarters

# Tunes end on their tonic more often than not: worth this much correlation to both of its keys. With the profiles
# of `keys` it finds the keys of 84 per cent of POP909's melodies and 90 of Nottingham's (without it 79 and 89,
# with the probe-tone profiles of Krumhansl & Kessler 1982, Psychological Review 89:334, 77 and 84).
_LAST_NOTE = 0.1
# Shorter leftovers of a note that the next one cuts off are touch, not music.
_SHORTEST_QUARTERS = 1 / 64


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord over time, in quarters."""

    onset_quarters: float
    end_quarters: float
    chord: Chord


@dataclass(frozen=True, slots=True)
class Melody:
    """Notes in order of time that never overlap; a bar line stands at 0.

    `program` is the General MIDI instrument of the track it came from.

    Raises:
        InputError: at birth, when there is no note or two overlap.
    """

    notes: tuple[Note, ...]
    tempo_qpm: float = 120.0
    meter: str = "4/4"
    program: int = 0

    def __post_init__(self) -> None:
        """Hold what every reader of a melody relies on."""
        if not self.notes:
            raise InputError("a melody needs at least one note")
        for note, following in zip(self.notes, self.notes[1:], strict=False):
            if following.onset_quarters < note.end_quarters - 1e-9:
                raise InputError(f"two notes of the melody sound at once at {following.onset_quarters:g} quarters")

    @property
    def bar_quarters(self) -> float:
        """Length of a bar."""
        return bar_quarters(self.meter)

    @property
    def end_quarters(self) -> float:
        """When the last note is released."""
        return self.notes[-1].end_quarters

    def from_first_bar(self) -> Melody:
        """Return the same melody without the empty bars before its first note."""
        # A note that was played a little early belongs to the bar that it anticipates.
        first = self.notes[0].onset_quarters + _SHORTEST_QUARTERS
        start = math.floor(first / self.bar_quarters) * self.bar_quarters
        moved = (replace(note, onset_quarters=max(note.onset_quarters - start, 0.0)) for note in self.notes)
        return replace(self, notes=skyline(moved))


def skyline(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return the top line of notes: of those struck together the highest, each cut off where the next begins."""
    top: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset_quarters, -note.pitch)):
        if not top:
            top.append(note)
            continue
        last = top[-1]
        if note.onset_quarters - last.onset_quarters < _SHORTEST_QUARTERS:
            continue
        # Under a higher note that still sounds, a note accompanies.
        if note.pitch < last.pitch and note.end_quarters <= last.end_quarters:
            continue
        if note.onset_quarters < last.end_quarters:
            top[-1] = replace(last, duration_quarters=note.onset_quarters - last.onset_quarters)
        top.append(note)
    return tuple(top)


def pitch_class_quarters(notes: Iterable[Note]) -> NDArray[np.float64]:
    """Return for how many quarters each pitch class sounds, [12], C first."""
    quarters = np.zeros(12)
    for note in notes:
        quarters[note.pitch % 12] += note.duration_quarters
    return quarters


def melody_key(notes: Sequence[Note]) -> Key:
    """Return the key whose profile correlates best with how long each pitch class sounds, and with the last note.

    Raises:
        InputError: when there is no note.
    """
    if not notes:
        raise InputError("there is no note to tell a key from; state the key")
    heard = pitch_class_quarters(notes)
    centred = heard - heard.mean()
    scores = key_profiles() @ centred / max(float(np.linalg.norm(centred)), 1e-9)
    last = notes[-1].pitch % 12
    scores[[last, last + 12]] += _LAST_NOTE
    return key_of_id(int(np.argmax(scores)))
