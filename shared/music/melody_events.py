"""A melody as a series of events on the grid of sixteenths: what the sequence melody net reads and writes.

| column   | values                                                                                              |
|----------|-----------------------------------------------------------------------------------------------------|
| pitch    | MIDI pitch 0..127; `REST` 128; as what has just sounded also `NOTHING_YET` 129                      |
| duration | 1..16 sixteenths; as what has just sounded 0 stands for nothing yet, as what comes for not known    |
| place    | where the event begins: 16 * (bar within a phrase of four) + sixteenth within the bar               |
| chord    | id 0..63 of the chord there (`emotion_chords`); where none sounds, that of N                        |

Events follow one another without gaps. A gap of an eighth at most between two notes is touch and belongs to the first;
longer notes and rests than 16 sixteenths are cut there, and the rest of a rest is a rest again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.emotion_chords import CHORD_LABELS, NO_CHORD_ID, chord_id
from shared.music.emotion_nets import N_STEPS, PHRASE_BARS
from shared.music.melody import ChordSpan, Melody

N_PITCHES = 128
REST, NOTHING_YET = N_PITCHES, N_PITCHES + 1
LONGEST = 16  # sixteenths
N_DURATIONS = LONGEST + 1  # 0 is none
N_PLACES = PHRASE_BARS * N_STEPS
N_CHORDS = len(CHORD_LABELS)

STEPS_PER_QUARTER = 4
_TOUCH_STEPS = 2  # gaps up to an eighth
_TOLERANCE_QUARTERS = 1e-3

Ids = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class MelodyEvents:
    """Events [n]; the columns are those of the module."""

    pitch: Ids
    duration: Ids
    place: Ids
    chord: Ids

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.pitch)

    @property
    def is_note(self) -> NDArray[np.bool_]:
        """Where a note sounds."""
        return self.pitch < N_PITCHES


def melody_events(melody: Melody, spans: Sequence[ChordSpan]) -> MelodyEvents:
    """Return a melody and its chords as events, from its first note on.

    Raises:
        InputError: when a bar is no whole number of sixteenths, or has more than 16.
    """
    bar = bar_steps(melody)
    rows = list(_rows(melody))
    starts = np.array([start for start, _, _ in rows])
    return MelodyEvents(
        pitch=np.array([pitch for _, _, pitch in rows], dtype=np.int32),
        duration=np.array([duration for _, duration, _ in rows], dtype=np.int32),
        place=np.array([place_of(start, bar) for start in starts], dtype=np.int32),
        chord=chords_at(starts / STEPS_PER_QUARTER, spans),
    )


def bar_steps(melody: Melody) -> int:
    """Return the sixteenths of a bar.

    Raises:
        InputError: when they are no whole number, or more than 16.
    """
    steps = melody.bar_quarters * STEPS_PER_QUARTER
    if steps > N_STEPS or steps != int(steps):
        raise InputError(f"a bar of {melody.meter} does not lie on {N_STEPS} sixteenths; take a meter up to 4/4")
    return int(steps)


def place_of(step: int, bar: int = N_STEPS) -> int:
    """Return the place 0..63 of a sixteenth of the piece, in bars of so many."""
    return N_STEPS * (int(step) // bar % PHRASE_BARS) + int(step) % bar


def chords_at(onsets_quarters: NDArray[np.float64], spans: Sequence[ChordSpan]) -> Ids:
    """Return the id of the chord that sounds at each time; N where none does, or one that nobody has named."""
    begins = np.array([span.onset_quarters for span in spans])
    ids = np.full(len(onsets_quarters), NO_CHORD_ID, dtype=np.int32)
    found = np.searchsorted(begins, onsets_quarters + _TOLERANCE_QUARTERS, side="right") - 1
    for index, (place, onset) in enumerate(zip(found, onsets_quarters, strict=True)):
        if place >= 0 and spans[place].end_quarters > onset + _TOLERANCE_QUARTERS:
            number = chord_id(spans[place].chord)
            ids[index] = NO_CHORD_ID if number is None else number
    return ids


def _rows(melody: Melody) -> list[tuple[int, int, int]]:
    """Return (start, duration, pitch) of the events, in sixteenths."""
    notes: list[tuple[int, int, int]] = []
    for note in melody.notes:
        start = round(note.onset_quarters * STEPS_PER_QUARTER)
        if not notes or start > notes[-1][0]:  # of two on one sixteenth the first stands
            notes.append((start, max(start + 1, round(note.end_quarters * STEPS_PER_QUARTER)), note.pitch))
    rows: list[tuple[int, int, int]] = []
    for index, (start, released, pitch) in enumerate(notes):
        following = notes[index + 1][0] if index + 1 < len(notes) else released
        end = following if following - released <= _TOUCH_STEPS else released
        duration = min(end - start, LONGEST)
        rows.append((start, duration, pitch))
        rows += [(rest, min(LONGEST, following - rest), REST) for rest in range(start + duration, following, LONGEST)]
    return rows
