"""Progressions become pieces whose notes are those of their labels; drums keep to beats; single chords stand alone."""

from __future__ import annotations

import numpy as np
import pytest

from audio_models.chord_recognizer.composing import GENRES, anticipation, compose, unsettled
from audio_models.chord_recognizer.drumming import drum_part, on_beats
from audio_models.chord_recognizer.isolated import isolated_piece
from audio_models.chord_recognizer.piece import Piece
from audio_models.chord_recognizer.progressions import random_progression
from shared.music.chords import Chord, parse
from shared.music.melody import ChordSpan


def own_share(piece: Piece) -> float:
    """Return which share of the notes' time lies on a tone of the label there."""
    own = total = 0.0
    for (start, end), label in zip(piece.chords.intervals_s, piece.chords.labels, strict=True):
        tones = parse(label).pitch_classes
        for note in piece.pitched:
            length = min(note.onset_s + note.duration_s, end) - max(note.onset_s, start)
            if length > 0 and tones:
                total += length
                own += length * (note.pitch % 12 in tones)
    return own / total


@pytest.mark.parametrize("band", [0.0, 1.0], ids=["plain", "band"])
@pytest.mark.parametrize("seed", range(8))
def test_the_notes_are_those_of_the_labels(band: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    spans = random_progression(rng, 24.0, 1.0)
    meter = ("4/4", "3/4", "6/8")[seed % 3]
    piece = compose(spans, 100.0, meter, rng, source="random", group="g", band=band)
    times = piece.chords.intervals_s
    assert times[0, 0] == 0.0
    assert np.array_equal(times[1:, 0], times[:-1, 1])
    assert own_share(piece) > 0.75
    assert max(note.onset_s for note in piece.pitched) < piece.end_s


def test_before_a_change_that_players_anticipate_nothing_is_said() -> None:
    assert anticipation("folk", "4/4") == 0.0
    assert anticipation("pop", "4/4") == 0.5
    c, g = Chord(0, "maj", 0), Chord(7, "maj", 7)
    spans = unsettled([ChordSpan(0.0, 4.0, c), ChordSpan(4.0, 8.0, g)], 0.5)
    found = [(span.onset_quarters, span.end_quarters, span.chord.quality) for span in spans]
    assert found == [(0.0, 3.5, "maj"), (3.5, 4.0, "X"), (4.0, 8.0, "maj")]


def test_a_band_plays_no_single_tone() -> None:
    spans = [ChordSpan(0.0, 4.0, Chord(2, "1", 2)), ChordSpan(4.0, 8.0, Chord(0, "maj", 0))]
    piece = compose(spans, 100.0, "4/4", np.random.default_rng(0), source="random", group="g", band=1.0)
    assert [label for label in piece.chords.labels if label not in ("N", "X")] == ["D:5", "C:maj"]


def test_drums_fall_on_the_beats_of_a_song_that_slows_down() -> None:
    beats = np.cumsum(np.linspace(0.5, 0.7, 33))
    seconds = on_beats(beats)
    assert seconds(1.0) == pytest.approx(beats[1])
    assert seconds(34.0) == pytest.approx(beats[-1] + 2 * (beats[-1] - beats[-2]))
    strokes = drum_part("rock", "4/4", 32, seconds, np.random.default_rng(0))
    kicks = np.array([stroke.onset_s for stroke in strokes if stroke.pitch == 36])
    halves = np.interp(np.arange(0, 32.25, 0.25), np.arange(33), beats)
    assert len(kicks) > 8
    assert np.abs(kicks[:, None] - halves).min(axis=1).max() < 0.03
    assert all(stroke.is_drum for stroke in strokes)
    assert drum_part("classical", "4/4", 32, seconds, np.random.default_rng(0)) == ()
    assert len(GENRES) == 8


def test_single_chords_stand_between_silences() -> None:
    piece = isolated_piece(np.random.default_rng(3), 30.0, "g")
    assert piece.chords.labels[0] == "N"
    assert len(piece.chords.labels) > 5
    assert piece.end_s == 30.0
    assert own_share(piece) == 1.0
    assert len({note.program for note in piece.pitched}) > 2
    for start, end in piece.chords.intervals_s[1:]:
        notes = [note for note in piece.pitched if start <= note.onset_s < end]
        released = max(note.onset_s + note.duration_s for note in notes)
        assert released <= end - 0.3 + 1e-6 or end == 30.0
