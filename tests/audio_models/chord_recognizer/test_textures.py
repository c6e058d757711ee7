"""Every texture plays its chords' own tones, within their time, with the bass at the beginning; tunes fit."""

from __future__ import annotations

import numpy as np
import pytest

from audio_models.chord_recognizer.textures import TEXTURES, Voiced, bass_line
from audio_models.chord_recognizer.tunes import tune
from shared.music.chords import Chord
from shared.music.melody import ChordSpan

CHORDS = [Voiced((43, 59, 62, 67), 0.0, 4.0), Voiced((48, 60, 64), 4.0, 6.5), Voiced((41,), 6.5, 8.0)]


@pytest.mark.parametrize("name", [*TEXTURES, "bass"])
@pytest.mark.parametrize("seed", range(6))
def test_a_texture_plays_its_chords_in_their_time(name: str, seed: int) -> None:
    notes = (bass_line if name == "bass" else TEXTURES[name])(CHORDS, np.random.default_rng(seed))
    for chord in CHORDS:
        own = [note for note in notes if chord.onset - 1e-6 <= note.onset_quarters < chord.end - 1e-6]
        allowed = {pitch % 12 for pitch in chord.pitches}
        assert {note.pitch % 12 for note in own} <= allowed
        first = min(note.onset_quarters for note in own)
        assert first == pytest.approx(chord.onset)
        assert min(note.pitch for note in own if note.onset_quarters < first + 0.01) == chord.pitches[0]
        assert all(note.onset_quarters < note.end_quarters <= chord.end + 0.2 for note in own)


def test_a_tune_begins_chords_on_their_tones_and_rests_over_no_chord() -> None:
    spans = [ChordSpan(0.0, 8.0, Chord(0, "maj", 0)), ChordSpan(8.0, 12.0, Chord.no_chord())]
    notes_of_all, firsts = [], []
    for seed in range(20):
        notes = tune(spans, np.random.default_rng(seed), low=60, high=72)
        assert all(60 <= note.pitch <= 72 and note.end_quarters <= 8.0 for note in notes)
        firsts += [note.pitch % 12 for note in notes if note.onset_quarters == 0.0]
        notes_of_all += notes
    assert set(firsts) <= {0, 4, 7}
    assert np.mean([note.pitch % 12 in (0, 4, 7) for note in notes_of_all]) > 0.65
