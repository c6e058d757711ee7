"""Melodies: the top line, the first bar, and the key."""

from __future__ import annotations

import pytest

from shared.errors import InputError
from shared.music.keys import parse_key
from shared.music.melody import Melody, melody_key, pitch_class_quarters, skyline
from shared.music.score import Note

MAJOR_TUNE = (60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60)
MINOR_TUNE = (57, 59, 60, 64, 62, 60, 59, 57, 56, 57, 64, 60, 59, 57)


def line(*pitches: int, start: float = 0.0) -> tuple[Note, ...]:
    return tuple(Note(pitch, 80, start + index, 1.0) for index, pitch in enumerate(pitches))


def test_the_top_line_of_chords_is_their_highest_notes() -> None:
    notes = [Note(pitch, 80, onset, 1.0) for onset in (0.0, 1.0) for pitch in (48, 64, 55)]
    assert [note.pitch for note in skyline(notes)] == [64, 64]


def test_what_accompanies_below_a_held_note_is_left_out() -> None:
    notes = [Note(72, 80, 0.0, 4.0), Note(48, 80, 1.0, 1.0), Note(52, 80, 2.0, 1.0), Note(74, 80, 4.0, 1.0)]
    assert [note.pitch for note in skyline(notes)] == [72, 74]


def test_a_note_ends_where_the_next_of_the_line_begins() -> None:
    first, second = skyline([Note(60, 80, 0.0, 1.2), Note(62, 80, 1.0, 1.0)])
    assert (first.duration_quarters, second.onset_quarters) == (1.0, 1.0)
    low_after = skyline([Note(72, 80, 0.0, 1.2), Note(60, 80, 1.0, 1.0)])
    assert [note.pitch for note in low_after] == [72, 60]


def test_a_melody_begins_with_the_bar_of_its_first_note() -> None:
    melody = Melody(line(60, 62, start=9.0), meter="4/4").from_first_bar()
    assert [note.onset_quarters for note in melody.notes] == [1.0, 2.0]
    assert Melody(line(60, start=9.0), meter="3/4").from_first_bar().notes[0].onset_quarters == 0.0


def test_a_note_played_early_belongs_to_the_bar_that_it_anticipates() -> None:
    early = Melody((Note(60, 80, 3.99, 1.0), Note(62, 80, 5.0, 1.0))).from_first_bar()
    assert early.notes[0].onset_quarters == 0.0
    assert early.notes[1].onset_quarters == pytest.approx(1.0)


def test_notes_at_once_are_no_melody() -> None:
    with pytest.raises(InputError, match=r"sound at once at 0\.5 quarters"):
        Melody((Note(60, 80, 0.0, 1.0), Note(64, 80, 0.5, 1.0)))
    with pytest.raises(InputError, match="at least one note"):
        Melody(())


def test_pitch_classes_weigh_as_long_as_they_sound() -> None:
    quarters = pitch_class_quarters([Note(60, 80, 0.0, 1.5), Note(72, 80, 2.0, 1.0), Note(67, 80, 3.0, 0.5)])
    assert (quarters[0], quarters[7], quarters.sum()) == (2.5, 0.5, 3.0)


@pytest.mark.parametrize("semitones", range(12))
def test_the_key_moves_with_the_tune(semitones: int) -> None:
    for tune, name in ((MAJOR_TUNE, "C:major"), (MINOR_TUNE, "A:minor")):
        key = parse_key(name)
        found = melody_key(line(*(pitch + semitones for pitch in tune)))
        assert (found.tonic, found.mode) == ((key.tonic + semitones) % 12, key.mode)


def test_one_note_is_the_tonic_and_none_is_no_key() -> None:
    assert melody_key(line(62)).tonic == 2
    with pytest.raises(InputError, match="state the key"):
        melody_key([])
