"""The song: its form, who plays where, and that the parts of two arrangements make one score."""

from __future__ import annotations

import dataclasses

from shared.decoding.composer import Progression
from shared.music.chords import parse
from shared.music.keys import parse_key
from shared.music.score import Note, Score, Track
from studio.performance import write_song_of
from studio.song import Part, part_onsets, player, released, song_form, spliced


def _progression(names: str, mood: str, genre: str = "pop") -> Progression:
    return Progression(tuple(parse(name) for name in names.split()), genre, mood, parse_key("C:major"), 0)


VERSE = _progression("C Am F G C Am F G7", "nostalgia")
CHORUS = _progression("F G Em Am F G7 C C", "joy")


def test_the_form_is_verse_and_chorus_twice_and_an_end_on_the_last_chord() -> None:
    parts = song_form(VERSE, CHORUS)
    assert [(part.name, len(part.chords)) for part in parts] == [
        ("Verse", 8), ("Chorus", 8), ("Verse", 8), ("Chorus", 8), ("Ending", 1),
    ]  # fmt: skip
    assert part_onsets(parts) == [0.0, 32.0, 64.0, 96.0, 128.0, 132.0]
    assert parts[-1].names == ("C",)
    assert (parts[0].mood, parts[1].mood) == ("nostalgia", "joy")


def test_the_drums_wait_for_the_first_chorus() -> None:
    song = write_song_of(VERSE, CHORUS, seed=3)
    drums = [note.onset_quarters for track in song.score.tracks if track.is_drum for note in track.notes]
    others = [note.onset_quarters for track in song.score.tracks if not track.is_drum for note in track.notes]
    assert min(drums) > 31.8
    assert min(others) < 0.5
    assert [section.onset_quarters for section in song.sections] == [0.0, 32.0, 64.0, 96.0, 128.0]


def test_every_chord_of_the_song_is_marked_and_heard() -> None:
    song = write_song_of(VERSE, CHORUS, seed=3)
    assert [onset for onset, _ in song.score.chord_marks] == [4.0 * bar for bar in range(33)]
    chords = [chord for part in song.parts for chord in part.chords]
    notes = [note for track in song.score.tracks if player(track) == "chords" for note in track.notes]
    for bar, chord in enumerate(chords):
        # What sounds in the middle of the bar belongs to the chord.
        middle = 4.0 * bar + 2.0
        heard = {note.pitch % 12 for note in notes if note.onset_quarters <= middle < note.end_quarters}
        assert heard <= set(chord.pitch_classes), bar


def test_the_same_seed_gives_the_same_song_and_another_seed_another() -> None:
    assert write_song_of(VERSE, CHORUS, seed=3) == write_song_of(VERSE, CHORUS, seed=3)
    assert write_song_of(VERSE, CHORUS, seed=3) != write_song_of(VERSE, CHORUS, seed=4)


def test_each_part_takes_its_notes_from_the_version_of_its_mood() -> None:
    chord = VERSE.chords[:1]
    parts = [Part("A", chord, ("C",), ("I",), "sadness"), Part("B", chord, ("C",), ("I",), "joy", frozenset({"bass"}))]
    piano, bass = Track("piano", 0), Track("bass", 32)
    # The second note of each version is humanised: a little before its bar, and still of that bar.
    sad = Score((dataclasses.replace(piano, notes=(Note(60, 50, 0.0, 1.0), Note(60, 50, 3.98, 1.0))),))
    glad = Score((
        dataclasses.replace(piano, notes=(Note(72, 90, 0.0, 1.0), Note(72, 90, 3.98, 1.0))),
        dataclasses.replace(bass, notes=(Note(36, 90, 4.0, 1.0),)),
    ))  # fmt: skip
    score = spliced(parts, {"sadness": sad, "joy": glad})
    assert [(track.name, [note.pitch for note in track.notes]) for track in score.tracks] == [("piano", [60, 72])]


def test_a_pitch_is_released_before_it_is_struck_again() -> None:
    notes = [Note(60, 80, 2.0, 4.0), Note(60, 90, 0.0, 3.0), Note(64, 90, 0.0, 3.0), Note(60, 70, 2.0, 1.0)]
    assert released(notes) == (Note(60, 90, 0.0, 2.0), Note(64, 90, 0.0, 3.0), Note(60, 80, 2.0, 4.0))


def test_players_are_told_by_kit_and_program() -> None:
    assert player(Track("kit", 0, is_drum=True)) == "drums"
    assert player(Track("upright", 32)) == "bass"
    assert player(Track("piano", 0)) == "chords"
