"""The piano roll: where notes, bars and names lie, against values computed by hand."""

from __future__ import annotations

import dataclasses

from shared.music.score import Note, Score, Track
from studio.mini_roll import mini_roll
from studio.piano_roll import Layout, Section, piano_roll, playing_tracks


def test_a_layout_opens_to_whole_octaves_and_lists_the_drums(score: Score) -> None:
    layout = Layout.of(score)
    # Pitches 36 (C2) to 67 (G4) open to 36 .. 71; eight quarters of 20 pixels.
    assert (layout.lowest, layout.highest, layout.drum_pitches) == (36, 71, (36, 38))
    assert layout.width == 160.0
    assert layout.x(1.5) == 30.0


def test_pitches_lie_in_rows_of_six_pixels_below_sections_and_chords(score: Score) -> None:
    layout = Layout.of(score)
    assert layout.y(71) == 58.0  # 24 for the sections and 34 for the chord names
    assert layout.y(60) == 58.0 + 11 * 6
    assert layout.pitches_bottom == 58.0 + 36 * 6
    # Two drums below a gap of 12: the lower pitch in the lower row.
    assert layout.height == 58.0 + 36 * 6 + 12 + 2 * 6
    assert layout.y(36, is_drum=True) == layout.height - 6
    assert layout.y(38, is_drum=True) == layout.height - 12


def test_every_note_is_drawn_where_it_sounds_in_the_colour_of_its_track(score: Score) -> None:
    drawn = piano_roll(score)
    # C4 from 0 to 4 quarters: 80 pixels wide less one, half a pixel into its row, full velocity.
    assert '<rect x="0" y="124.5" width="79" height="5" opacity="1">' in drawn
    # The drum stroke at one quarter has the length of a sixteenth.
    assert '<rect x="20" y="286.5" width="4" height="5"' in drawn
    assert drawn.count('<g class="track track-') == 3  # the silent track has neither notes nor a colour
    assert ">silent<" not in drawn
    assert [track.name for track in playing_tracks(score)] == ["piano", "bass", "drums"]


def test_chord_names_stand_above_their_bars_and_know_when_they_sound(score: Score) -> None:
    drawn = piano_roll(score)
    # The second chord begins at quarter 4: 80 pixels, and 2 seconds at 120 quarters per minute.
    assert '<text x="84" y="46" class="chord" data-onset="2.000">B♭7</text>' in drawn


def test_the_playhead_moves_at_the_tempo(score: Score) -> None:
    assert 'data-pixels-per-second="40"' in piano_roll(score)  # 20 pixels a quarter, 2 quarters a second
    slow = dataclasses.replace(score, tempo_qpm=60.0)
    assert 'data-pixels-per-second="20"' in piano_roll(slow)
    assert 'data-pixels-per-second="20"' in mini_roll(slow)


def test_sections_reach_to_the_next_one_and_are_escaped(score: Score) -> None:
    drawn = piano_roll(score, [Section(0.0, "Verse"), Section(4.0, "A & B")])
    assert '<rect x="0" y="0" width="78" height="20" class="section">' in drawn
    assert '<rect x="80" y="0" width="78" height="20" class="section odd">' in drawn
    assert "A &amp; B" in drawn


def test_a_bar_line_stands_at_every_bar_of_the_meter(score: Score) -> None:
    assert piano_roll(score).count('class="barline"') == 3  # at 0, 4 and 8 quarters
    assert piano_roll(dataclasses.replace(score, meter="3/4")).count('class="barline"') == 3  # at 0, 3 and 6


def test_a_song_without_drums_has_no_drum_lane() -> None:
    layout = Layout.of(Score((Track("flute", 73, notes=(Note(72, 90, 0.0, 1.0),)),)))
    assert layout.drum_pitches == ()
    assert layout.height == layout.pitches_bottom == 58.0 + 12 * 6
