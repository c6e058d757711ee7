"""Melodies become events without gaps on the grid of sixteenths, and places and chords are counted by bars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.music.chords import parse
from shared.music.emotion_chords import NO_CHORD_ID, chord_id
from shared.music.melody import ChordSpan, Melody
from shared.music.melody_events import LONGEST, REST, chords_at, melody_events, place_of
from shared.music.score import Note


def melody(*notes: tuple[int, float, float], meter: str = "4/4") -> Melody:
    return Melody(tuple(Note(pitch, 80, onset, length) for pitch, onset, length in notes), meter=meter)


def test_long_notes_and_rests_are_cut_and_small_gaps_are_touch() -> None:
    events = melody_events(melody((60, 0.02, 5.0), (62, 12.0, 0.4), (64, 12.75, 0.5)), [])
    assert events.pitch.tolist() == [60, REST, REST, 62, 64]
    assert events.duration.tolist() == [16, 16, 16, 3, 2]
    assert events.place.tolist() == [0, 16, 32, 48, 51]
    assert events.is_note.tolist() == [True, False, False, True, True]


def test_of_two_notes_on_one_sixteenth_the_first_stands() -> None:
    events = melody_events(melody((60, 0.0, 0.05), (62, 0.06, 0.9)), [])
    assert events.pitch.tolist() == [60]


def test_places_count_in_the_bars_of_the_meter() -> None:
    assert melody_events(melody((60, 3.0, 1.0), (60, 12.0, 1.0), meter="3/4"), []).place[[0, -1]].tolist() == [16, 0]
    assert place_of(16 * 5 + 3) == 16 + 3
    with pytest.raises(InputError, match="does not lie on 16 sixteenths"):
        melody_events(melody((60, 0.0, 1.0), meter="5/4"), [])


def test_chords_are_those_that_sound() -> None:
    spans = [ChordSpan(0.0, 2.0, parse("A:min7")), ChordSpan(3.0, 4.0, parse("X"))]
    found = chords_at(np.array([0.0, 1.9999, 2.5, 3.5]), spans)
    assert found.tolist() == [chord_id(parse("A:min7")), NO_CHORD_ID, NO_CHORD_ID, NO_CHORD_ID]


@given(st.lists(st.tuples(st.integers(0, 127), st.floats(0.05, 6.0), st.floats(0.05, 9.0)), min_size=1, max_size=20))
def test_events_follow_one_another(rows: list[tuple[int, float, float]]) -> None:
    onset, notes = 0.0, []
    for pitch, length, wait in rows:
        notes.append(Note(pitch, 80, onset, length))
        onset += max(length, wait)
    events = melody_events(Melody(tuple(notes)), [])
    assert ((events.duration >= 1) & (events.duration <= LONGEST)).all()
    starts = events.place[0] + np.concatenate(([0], np.cumsum(events.duration)[:-1]))
    assert (starts % 64 == events.place).all()
