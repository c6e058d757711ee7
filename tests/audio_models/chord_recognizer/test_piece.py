"""Pieces cut, stretched and transposed: notes and labels move together."""

from __future__ import annotations

import numpy as np
import pytest

from audio_models.chord_recognizer.piece import DRUMS, Piece, timed
from shared.datasets.contract import TimedChords
from shared.music.additive import Voice
from shared.music.chords import Chord
from shared.music.melody import ChordSpan


def a_piece() -> Piece:
    chords = TimedChords(np.array([[0.0, 2.0], [2.0, 4.0], [4.0, 6.0]]), ("C:maj", "N", "A:min7/b3"))
    notes = (Voice(60, 80, 0.0, 2.5, 0, False), Voice(57, 80, 4.0, 2.0, 0, False))
    strokes = (Voice(36, 80, 0.5, 0.2, 0, True), Voice(38, 80, 3.0, 0.2, 0, True))
    return Piece({"chords": notes, DRUMS: strokes}, chords, "random", "g")


def test_an_excerpt_cuts_notes_and_labels_at_both_ends() -> None:
    cut = a_piece().excerpt(1.0, 5.0)
    assert cut.chords.intervals_s.tolist() == [[0.0, 1.0], [1.0, 3.0], [3.0, 4.0]]
    assert [(note.onset_s, note.duration_s) for note in cut.pitched] == [(0.0, 1.5), (3.0, 1.0)]
    # The first stroke began before the cut.
    assert [note.onset_s for note in cut.drums] == [2.0]


def test_what_is_left_of_a_label_at_a_cut_goes_to_its_neighbour() -> None:
    cut = a_piece().excerpt(1.99, 4.0)
    assert cut.chords.labels == ("N",)
    assert cut.chords.intervals_s[0] == pytest.approx([0.0, 2.01])


def test_stretching_and_transposing_move_both() -> None:
    moved = a_piece().stretched(2.0).transposed(-3)
    assert moved.end_s == 12.0
    assert moved.chords.labels == ("A:maj", "N", "F#:min7/b3")
    assert [(note.pitch, note.onset_s) for note in moved.pitched] == [(57, 0.0), (54, 8.0)]
    assert [note.pitch for note in moved.drums] == [36, 38]


def test_a_pitch_beyond_the_keyboard_comes_back_by_octaves() -> None:
    high = Piece({"a": (Voice(126, 80, 0.0, 1.0, 0, False),)}, a_piece().chords, "random", "g")
    assert [note.pitch for note in high.transposed(6).pitched] == [132 - 24]


def test_spans_in_quarters_become_seconds_without_gaps() -> None:
    spans = [ChordSpan(0.0, 2.0, Chord(0, "maj", 4)), ChordSpan(2.0, 3.0, Chord.no_chord())]
    chords = timed(spans, lambda quarters: quarters * 0.5)
    assert chords.intervals_s.tolist() == [[0.0, 1.0], [1.0, 1.5]]
    assert chords.labels == ("C:maj/3", "N")
