"""Voicings: the bass at the bottom, nothing foreign, and what names the chord is really there."""

from __future__ import annotations

import numpy as np
import pytest

from audio_models.chord_recognizer.progressions import SOUNDING_TYPES, inversions
from audio_models.chord_recognizer.voicings import HIGHEST, stack
from shared.music.chords import Chord

# Semitones above the root that must sound, or the chord would bear another name.
NAMING = {
    "11": {4, 5, 10}, "min11": {3, 5, 10}, "maj11": {4, 5, 11}, "13": {4, 9, 10}, "min13": {3, 9, 10},
    "maj13": {4, 9, 11}, "9": {2, 4, 10}, "maj9": {2, 4, 11}, "min9": {2, 3, 10}, "7(b9)": {1, 4, 10},
    "7(#9)": {3, 4, 10}, "minmaj7": {3, 11}, "aug7": {4, 8, 10}, "augmaj7": {4, 8, 11}, "hdim7": {3, 6, 10},
    "dim7": {3, 6, 9}, "maj": {4, 7}, "min": {3, 7}, "sus2": {2, 7}, "sus4": {5, 7}, "7sus4": {5, 10}, "5": {7},
}  # fmt: skip


@pytest.mark.parametrize("quality", SOUNDING_TYPES)
def test_the_bass_is_lowest_and_the_naming_tones_sound(quality: str) -> None:
    rng = np.random.default_rng(1)
    for bass in inversions(quality):
        for low in (36, 50, 67):
            chord = Chord(2, quality, (2 + bass) % 12)
            pitches = stack(chord, rng, low)
            sounding = {(pitch - 2) % 12 for pitch in pitches}
            assert low <= pitches[0] < low + 12
            assert pitches[0] % 12 == chord.bass
            assert pitches == tuple(sorted(set(pitches)))
            assert pitches[-1] <= HIGHEST
            assert sounding <= {(pitch_class - 2) % 12 for pitch_class in chord.pitch_classes}
            assert NAMING.get(quality, set()) <= sounding, (bass, low)


def test_no_chord_has_no_pitches() -> None:
    assert stack(Chord.no_chord(), np.random.default_rng(0), 48) == ()
