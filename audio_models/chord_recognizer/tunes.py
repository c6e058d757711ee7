"""A tune over chords: chord tones where they weigh, passing notes between them, rests to breathe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audio_models.chord_recognizer.draws import pick
from shared.music.chords import Chord
from shared.music.melody import ChordSpan
from shared.music.touch import Written

VELOCITY = 84.0
_LENGTHS = (0.5, 0.5, 1.0, 1.0, 1.5, 2.0)
_REST = 0.18
_PASSING = 0.35  # of the notes that do not begin a chord
_LARGEST_STEP = 7  # semitones


def tune(spans: Sequence[ChordSpan], rng: np.random.Generator, low: int = 62, high: int = 86) -> list[Written]:
    """Make up a melody.

    Args:
        spans: the chords; over N the tune rests.
        rng: of everything.
        low: lowest pitch.
        high: highest pitch.
    """
    notes: list[Written] = []
    last = (low + high) // 2
    for span in spans:
        onset = span.onset_quarters
        while span.chord.root >= 0 and onset < span.end_quarters - 1e-6:
            end = min(onset + pick(rng, _LENGTHS), span.end_quarters)
            passing = onset > span.onset_quarters and rng.random() < _PASSING
            tones = _scale(span.chord) if passing else set(span.chord.pitch_classes)
            if rng.random() >= _REST:
                last = _near(last, tones, rng, low, high)
                notes.append(Written(last, VELOCITY, onset, end))
            onset = end
    return notes


def _scale(chord: Chord) -> set[int]:
    """Return the pitch classes that pass: a step above or below a tone of the chord."""
    tones = chord.pitch_classes
    return {(tone + step) % 12 for tone in tones for step in (-1, 2)} | set(tones)


def _near(last: int, tones: set[int], rng: np.random.Generator, low: int, high: int) -> int:
    """Return a pitch of these classes not far from the last one."""
    pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 in tones]
    near = [pitch for pitch in pitches if abs(pitch - last) <= _LARGEST_STEP]
    choices = near or pitches
    weights = np.array([1.0 / (1 + abs(pitch - last)) + (0.3 if pitch != last else 0.0) for pitch in choices])
    return int(choices[rng.choice(len(choices), p=weights / weights.sum())])
