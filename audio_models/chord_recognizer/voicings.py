"""Chords as pitches with the label's bass at the bottom: close or open, high or low, with all that names the chord.

`shared.music.voicing` leads four voices smoothly above a bass; here every tone of a thirteenth may sound, and a
chord may lie anywhere, so that the recognizer does not learn one register or one number of voices.
"""

from __future__ import annotations

import numpy as np

from shared.music.chord_types import INTERVALS
from shared.music.chords import Chord

HIGHEST = 96
_MUDDY = 48  # C3: below it, intervals smaller than a fifth growl
_FIFTH, _FOURTH, _SECOND = 7, 5, 2
# Tones that players leave out without changing the chord's name, and how often.
_PLAIN_FIFTH = 0.4  # where there are five tones or more
_AVOIDED_ELEVENTH = 0.7  # of 13 and maj13, beside the third
_NINTH_BELOW_OTHERS = 0.3  # where an eleventh or a thirteenth names the chord


def played_tones(chord: Chord, rng: np.random.Generator) -> tuple[int, ...]:
    """Return the semitones above the root that sound: all but what may be left out."""
    tones = set(INTERVALS[chord.quality])
    chances = {}
    if len(tones) >= 5 and _FIFTH in tones:
        chances[_FIFTH] = _PLAIN_FIFTH
    if chord.quality in ("13", "maj13"):
        chances[_FOURTH] = _AVOIDED_ELEVENTH
    if len(tones) >= 6:
        chances[_SECOND] = _NINTH_BELOW_OTHERS
    left_out = {tone for tone, chance in chances.items() if rng.random() < chance}
    return tuple(sorted(tones - left_out))


def stack(chord: Chord, rng: np.random.Generator, low: int, openness: float = 0.3) -> tuple[int, ...]:
    """Return a voicing [pitches], ascending, whose lowest pitch is the chord's bass.

    Args:
        chord: N and X have no pitches.
        rng: chooses octaves, doublings and what is left out.
        low: the bass lies within an octave from here.
        openness: chance of each upper tone to lie an octave higher than it must, 0 to 1.
    """
    if chord.root < 0:
        return ()
    bass = low + (chord.bass - low) % 12
    pitches = {bass}
    upper = [(chord.root + tone) % 12 for tone in played_tones(chord, rng)]
    upper = [pitch_class for pitch_class in upper if pitch_class != chord.bass]
    if len(upper) <= 2:  # few tones: some come twice
        upper += [pitch_class for pitch_class in (chord.bass, *upper) if rng.random() < 0.4]
    for pitch_class in upper:
        pitch = bass + ((pitch_class - bass) % 12 or 12)
        if bass < _MUDDY and pitch - bass < _FIFTH:
            pitch += 12
        higher = pitch + 12
        if higher <= HIGHEST and (pitch in pitches or rng.random() < openness):
            pitch = higher
        pitches.add(pitch)
    return tuple(sorted(pitches))
