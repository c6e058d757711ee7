"""Samples made up by rules, so that the nets can be trained offline. No music: figures on them say so.

What the rules say is what listeners' studies agree on (Gabrielsson & Lindström 2010): pleasant music is major,
excited music is higher, louder, faster and busier; performers shape phrases as arches, stress the beats, and drummers
play off-beats softer and a little late. How much is the project's guess.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from sequence_models.midi_models.samples import Sample
from sequence_models.midi_models.tasks import DYNAMICS, GROOVE, HARMONY, MELODY, UNKNOWN, Task
from shared.datasets.lead_sheet import LeadSheet
from shared.music.chords import Chord
from shared.music.conditions import GENRES
from shared.music.emotion_nets import (
    DRUMS,
    EXPRESSION,
    N_BEATS,
    N_STEPS,
    PHRASE_BARS,
    REFERENCE_TEMPO_QPM,
    arousal_input,
    groove_output,
    intensity_input,
)
from shared.music.emotion_point import EmotionPoint
from shared.music.keys import MODES, Key
from shared.music.melody import ChordSpan, Melody
from shared.music.score import Note

SYNTHETIC = "synthetic"
LICENCE = "none needed: made up"
SONG_BARS = 16
_SAMPLES_PER_GROUP = 10
_DEGREES = {"major": (0, 7, 9, 5), "minor": (0, 8, 3, 10)}  # semitones above the tonic of the four chords
_MINOR_DEGREES = {"major": {9, 2, 4}, "minor": {0, 5, 7}}
_LOWEST, _HIGHEST = 48, 84  # pitches of a melody

Rng = np.random.Generator


def synthetic_samples(task: Task, count: int, seed: int = 0) -> list[Sample]:
    """Return made-up samples of a task; the same seed makes the same."""
    rng = np.random.default_rng([seed, [MELODY, HARMONY, DYNAMICS, GROOVE].index(task.name)])
    if task.name in (MELODY, HARMONY):
        return _from_songs(task, count, rng)
    make: Callable[[Rng, str], Sample] = _dynamics if task.name == DYNAMICS else _groove
    return [make(rng, f"{SYNTHETIC}:{number // _SAMPLES_PER_GROUP}") for number in range(count)]


def synthetic_sheets(count: int, seed: int = 0) -> list[LeadSheet]:
    """Return made-up songs of 16 bars."""
    rng = np.random.default_rng([seed, len(DRUMS)])
    return [_song(rng, number, _point(rng)) for number in range(count)]


def _from_songs(task: Task, count: int, rng: Rng) -> list[Sample]:
    from sequence_models.midi_models.sheet_samples import harmony_samples, melody_samples

    found: list[Sample] = []
    number = 0
    while len(found) < count:
        song = _song(rng, number, _point(rng))
        found += melody_samples(song) if task.name == MELODY else harmony_samples(song)
        number += 1
    return found[:count]


def _point(rng: Rng) -> EmotionPoint:
    valence, arousal, dominance = rng.uniform(-1, 1, 3)
    return EmotionPoint.of(float(valence), float(arousal), float(dominance))


def _tempo(point: EmotionPoint, rng: Rng) -> float:
    return float(REFERENCE_TEMPO_QPM * 2 ** (0.6 * point.arousal + rng.normal(0, 0.1)))


def _song(rng: Rng, number: int, point: EmotionPoint) -> LeadSheet:
    """Return a loop of four chords with a melody that walks over their notes and the scale."""
    mode = MODES[int(rng.random() > 0.5 + 0.5 * point.valence)]
    key = Key(int(rng.integers(12)), mode)
    degrees = rng.permutation(_DEGREES[mode])
    chords = [_chord(key, int(degree)) for degree in degrees]
    spans = tuple(
        ChordSpan(float(N_BEATS * bar), float(N_BEATS * (bar + 1)), chords[bar % len(chords)])
        for bar in range(SONG_BARS)
    )
    scale = [p for p in range(_LOWEST, _HIGHEST + 1) if p % 12 in key.scale_pitch_classes]
    place = round((len(scale) - 1) * (0.5 + 0.25 * point.arousal))
    per_bar = round(4 + 3 * point.arousal)
    notes = []
    for bar, span in enumerate(spans):
        onsets = np.sort(rng.choice(2 * N_BEATS, max(2, per_bar), replace=False)) / 2
        for onset, end in pairwise([*onsets, float(N_BEATS)]):
            place = int(np.clip(place + rng.integers(-2, 3), 0, len(scale) - 1))
            if onset == int(onset):  # on a beat the nearest note of the chord
                near = [i for i, pitch in enumerate(scale) if pitch % 12 in span.chord.pitch_classes]
                place = min(near, key=lambda i: abs(i - place))
            velocity = int(np.clip(70 + 30 * point.arousal + rng.normal(0, 6), 1, 127))
            notes.append(Note(scale[place], velocity, N_BEATS * bar + float(onset), float(end - onset)))
    melody = Melody(tuple(notes), tempo_qpm=_tempo(point, rng))
    return LeadSheet(
        id=str(number), dataset=SYNTHETIC, licence=LICENCE, ships=True, group=f"{SYNTHETIC}:{number}",
        melody=melody, spans=spans, key=key,
    )  # fmt: skip


def _chord(key: Key, degree: int) -> Chord:
    root = (key.tonic + degree) % 12
    return Chord(root, "min" if degree in _MINOR_DEGREES[key.mode] else "maj", root)


def _dynamics(rng: Rng, group: str) -> Sample:
    point, bars = _point(rng), SONG_BARS
    bar = int(rng.integers(bars))
    steps = np.flatnonzero(rng.random(N_STEPS) < 0.35 + 0.2 * point.arousal)
    steps = steps if len(steps) else np.array([0])
    pitches = rng.integers(55, 80, len(steps))
    arch = math.sin(math.pi * (bar % PHRASE_BARS + 0.5) / PHRASE_BARS)
    level = 0.55 + 0.25 * point.arousal + 0.08 * arch
    before = float(np.clip(127 * (level + rng.normal(0, 0.03)), 1, 127)) if bar else 0.0
    vector = intensity_input(point, steps.tolist(), pitches.tolist(), bar, bars, _tempo(point, rng), before)
    target = np.full(len(EXPRESSION), UNKNOWN, dtype=np.float32)
    stress = 0.08 * (steps % 4 == 0) + 0.05 * (steps == 0)
    target[steps] = np.clip(level + stress + rng.normal(0, 0.03, len(steps)), 0.01, 1.0)
    return Sample(vector, target, group, SYNTHETIC, LICENCE)


def _groove(rng: Rng, group: str) -> Sample:
    point, genre = _point(rng), str(rng.choice(GENRES))
    swing = float(rng.uniform(0.6, 1.0)) if genre in ("jazz", "blues") else 0.0
    steps = np.arange(N_STEPS)
    hits = np.zeros((len(DRUMS), N_STEPS), dtype=np.float32)
    hits[0] = (steps % 8 == 0) | (rng.random(N_STEPS) < 0.08 + 0.08 * point.arousal)
    hits[1] = steps % 8 == 4
    hits[2] = (steps % (4 if point.arousal < -0.4 else 2 if point.arousal < 0.5 else 1)) == 0
    struck = hits.any(axis=0)
    level = 0.5 + 0.25 * point.arousal
    accents = level + 0.2 * (hits[1] > 0) + 0.1 * (steps % 4 == 0) - 0.1 * (steps % 2 == 1)
    accents = np.clip(accents + rng.normal(0, 0.04, N_STEPS), 0.02, 1.0)
    timing = 0.06 * (steps % 4 == 2) + swing * 0.3 * (steps % 4 == 2) + rng.normal(0, 0.03, N_STEPS)
    target = groove_output(accents, np.clip(timing, -0.5, 0.5))
    target[np.repeat(~struck, 2)] = UNKNOWN
    vector = arousal_input(point, genre, _tempo(point, rng), hits, swing)
    return Sample(vector, target, group, SYNTHETIC, LICENCE)
