"""What the five nets of the emotion pipeline say to each other: every dimension has a written meaning.

| file                      | input                     | output                   |
|---------------------------|---------------------------|--------------------------|
| `emotion_recognizer.onnx` | 128 features of a clip    | EMBEDDING [64]           |
| `melody_transformer.onnx` | EMBEDDING [64]            | NOTES [128]              |
| `harmony_predictor.onnx`  | CONTEXT [128]             | CHORDS [64]              |
| `dynamics_engine.onnx`    | INTENSITY [32]            | EXPRESSION [16]          |
| `groove_predictor.onnx`   | AROUSAL [64]              | GROOVE [32]              |

Each constant below lists the names of a vector's dimensions in order; a signature stores them as its vocabulary.
A bar has 16 steps (sixteenths of 4/4). The builders make the vectors from facts of music.

* EMBEDDING: valence, arousal, dominance (-1..1), intensity (2 * intensity - 1, so -1..1), then 60 that the
  recognizer learns, each -1..1. A point asked for in words or numbers has 0 there.
* NOTES: the probability 0..1 that a melody of this emotion uses a MIDI pitch, for a piece whose tonic is C
  (pitch class 0). For another key read it that many semitones higher.
* CHORDS: the 64 of `emotion_chords`.
* CONTEXT: the embedding; the chord before (root, quality; all 0 at the start); the pitch classes of the melody
  under this chord and under the next (each the share of its sounding time, sum 1, or all 0 where it rests); the
  key; the beat on which the chord starts (0..3); the bar within a phrase of four.
* INTENSITY, EXPRESSION: a bar of melody with its emotion and its place; the velocity / 127 of a note on each step.
* AROUSAL, GROOVE: a bar of drums with its emotion, genre and tempo. Step s has its accent (velocity / 127 of its
  loudest hit) at 2 s and its micro-timing at 2 s + 1: 0.5 is on the grid, and 0.5 more or less is half a sixteenth
  late or early (`micro_timing`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.chords import Chord
from shared.music.conditions import GENRES
from shared.music.emotion_chords import CHORD_LABELS, CHORD_QUALITIES, N_QUALITIES, NO_CHORD_ID, chord_id
from shared.music.emotion_point import DIMENSIONS, EmotionPoint
from shared.music.keys import Key
from shared.music.pitch_names import PITCH_CLASS_NAMES

N_STEPS = 16  # sixteenths in a bar of 4/4
N_BEATS = 4
PHRASE_BARS = 4
REFERENCE_TEMPO_QPM = 120.0

Vector = NDArray[np.float32]

# ------------------------------------------------------------------------------------------------ names
_STEPS = tuple(range(1, N_STEPS + 1))
EMBEDDING = (*DIMENSIONS, *(f"learned_{index:02d}" for index in range(4, 64)))
NOTES = tuple(f"pitch_{pitch:03d}" for pitch in range(128))
CHORDS = CHORD_LABELS
CONTEXT = (
    *EMBEDDING,
    *(f"previous_root_{name}" for name in PITCH_CLASS_NAMES),
    *(f"previous_quality_{name}" for name in (*CHORD_QUALITIES, "dim7")),
    "previous_is_no_chord",
    *(f"melody_{name}" for name in PITCH_CLASS_NAMES),
    *(f"tonic_{name}" for name in PITCH_CLASS_NAMES),
    "mode",  # 1 major, -1 minor, 0 where the key is not known (the tonic is all 0 then)
    *(f"next_melody_{name}" for name in PITCH_CLASS_NAMES),
    *(f"beat_{beat + 1}" for beat in range(N_BEATS)),
    *(f"phrase_bar_{bar + 1}" for bar in range(PHRASE_BARS)),
)
INTENSITY = (
    *DIMENSIONS,
    *(f"onset_{step:02d}" for step in _STEPS),  # 1 where a note of the melody starts
    *(f"phrase_bar_{bar + 1}" for bar in range(PHRASE_BARS)),
    "place_in_piece",  # 0 first bar .. 1 last
    "arch",  # sin(pi * place)
    "register",  # (mean pitch - 60) / 24
    "span",  # (highest - lowest pitch) / 24
    "density",  # onsets / 16
    "tempo",  # log2(quarters per minute / 120)
    "previous_velocity",  # mean velocity of the bar before / 127, 0 at the start
    "last_bar",  # 1 in the last bar
)
EXPRESSION = tuple(f"velocity_{step:02d}" for step in _STEPS)
DRUMS = ("kick", "snare", "cymbal")  # low drum; snare, rim, clap and toms; hi-hats, ride and crash
AROUSAL = (
    "arousal", "valence", "dominance", "intensity",
    *(f"genre_{genre}" for genre in GENRES),
    "tempo",  # log2(quarters per minute / 120)
    "swing",  # 0 straight .. 1 the second eighth on the last triplet
    "fill",  # 1 where the bar is a fill
    "density",  # steps with a hit / 16
    *(f"{drum}_{step:02d}" for drum in DRUMS for step in _STEPS),  # 1 where it is struck
)  # fmt: skip
GROOVE = tuple(f"{kind}_{step:02d}" for step in _STEPS for kind in ("accent", "timing"))

# ------------------------------------------------------------------------------------------------ builders


def embedding_of(valence: float, arousal: float, dominance: float = 0.0, intensity: float | None = None) -> Vector:
    """Return the embedding [64] of a point; what the recognizer learns beyond the point is 0.

    Raises:
        InputError: for a value outside its range.
    """
    return point_embedding(EmotionPoint.of(valence, arousal, dominance, intensity))


def point_embedding(point: EmotionPoint) -> Vector:
    """Return the embedding [64] of a point."""
    vector = np.zeros(len(EMBEDDING), dtype=np.float32)
    vector[:4] = _signed(point)
    return vector


def embedding_point(embedding: Vector) -> EmotionPoint:
    """Return the point that an embedding [64] states; the tanh of the net keeps it within the ranges."""
    valence, arousal, dominance, intensity = (float(value) for value in np.clip(embedding[:4], -1.0, 1.0))
    return EmotionPoint(valence, arousal, dominance, (intensity + 1.0) / 2.0)


def harmony_context(
    embedding: Vector,
    previous: Chord | None,
    melody: Vector,
    next_melody: Vector,
    key: Key | None,
    beat: int,
    bar: int,
) -> Vector:
    """Return CONTEXT [128].

    Args:
        embedding: EMBEDDING [64].
        previous: the chord before; None at the start, and X is the same.
        melody: sounding time of each pitch class [12] under this chord, in any unit; it is scaled to sum 1.
        next_melody: the same under the next chord.
        key: key of the piece, None where it is not known.
        beat: quarter of the bar on which the chord starts, 0..3.
        bar: number of the bar from the start of the piece or of its phrase.
    """
    vector = np.zeros(len(CONTEXT), dtype=np.float32)
    vector[:64] = embedding
    number = None if previous is None else chord_id(previous)
    if number == NO_CHORD_ID:
        vector[82] = 1.0
    elif number is not None and previous is not None:
        quality = N_QUALITIES if number > NO_CHORD_ID else number % N_QUALITIES
        vector[64 + previous.root] = vector[76 + quality] = 1.0
    vector[83:95] = _shares(melody)
    if key is not None:
        vector[95 + key.tonic] = 1.0
        vector[107] = 1.0 if key.mode == "major" else -1.0
    vector[108:120] = _shares(next_melody)
    vector[120 + beat % N_BEATS] = vector[124 + bar % PHRASE_BARS] = 1.0
    return vector


def intensity_input(
    point: EmotionPoint,
    steps: Sequence[int],
    pitches: Sequence[int],
    bar: int,
    n_bars: int,
    tempo_qpm: float,
    previous_velocity: float,
) -> Vector:
    """Return INTENSITY [32] of a bar.

    Args:
        point: the emotion.
        steps: steps 0..15 on which notes of the melody start.
        pitches: MIDI pitches of the bar's notes; none where it rests.
        bar: its number, from 0.
        n_bars: bars of the piece.
        tempo_qpm: quarters per minute.
        previous_velocity: mean velocity 1..127 of the bar before; 0 at the start.
    """
    vector = np.zeros(len(INTENSITY), dtype=np.float32)
    vector[:4] = _signed(point)
    onsets = sorted(set(steps))
    vector[[4 + step for step in onsets]] = 1.0
    vector[20 + bar % PHRASE_BARS] = 1.0
    place = bar / max(n_bars - 1, 1)
    vector[24], vector[25] = place, math.sin(math.pi * place)
    if pitches:
        vector[26], vector[27] = (sum(pitches) / len(pitches) - 60) / 24, (max(pitches) - min(pitches)) / 24
    vector[28], vector[29] = len(onsets) / N_STEPS, _tempo(tempo_qpm)
    vector[30], vector[31] = previous_velocity / 127, float(bar == n_bars - 1)
    return vector


def arousal_input(
    point: EmotionPoint,
    genre: str | None,
    tempo_qpm: float,
    hits: NDArray[np.floating],
    swing: float = 0.0,
    fill: bool = False,
) -> Vector:
    """Return AROUSAL [64] of a bar.

    Args:
        point: the emotion.
        genre: one of `GENRES`, or None for another.
        tempo_qpm: quarters per minute.
        hits: [3, 16], above 0 where `DRUMS` are struck.
        swing: 0 straight .. 1 the second eighth on the last triplet.
        fill: whether the bar is a fill.
    """
    vector = np.zeros(len(AROUSAL), dtype=np.float32)
    valence, arousal, dominance, intensity = _signed(point)
    vector[:4] = arousal, valence, dominance, intensity
    if genre is not None:
        vector[4 + GENRES.index(genre)] = 1.0
    struck = np.asarray(hits) > 0
    vector[12:16] = _tempo(tempo_qpm), swing, float(fill), struck.any(axis=0).sum() / N_STEPS
    vector[16:] = struck.reshape(-1)
    return vector


def groove_output(accents: NDArray[np.floating], timing: NDArray[np.floating]) -> Vector:
    """Return GROOVE [32] from accents [16] 0..1 and micro-timing [16] in sixteenths, late above 0.

    Raises:
        InputError: for micro-timing beyond half a sixteenth, which belongs to the next step.
    """
    furthest = float(np.abs(timing).max(initial=0.0))
    if furthest > 0.5:
        raise InputError(f"micro-timing of {furthest:.2f} sixteenths is beyond 0.5; count the hit to its nearest step")
    return np.stack((accents, np.asarray(timing) + 0.5), axis=1).reshape(-1).astype(np.float32)


def accents(groove: Vector) -> Vector:
    """Return the accents [..., 16] of GROOVE [..., 32]."""
    return groove[..., 0::2]


def micro_timing(groove: Vector) -> Vector:
    """Return the micro-timing [..., 16] of GROOVE [..., 32] in sixteenths: -0.5 early .. 0.5 late."""
    return groove[..., 1::2] - np.float32(0.5)


def _signed(point: EmotionPoint) -> tuple[float, float, float, float]:
    """Return the point with every dimension in -1..1."""
    return point.valence, point.arousal, point.dominance, 2.0 * point.intensity - 1.0


def _shares(durations: Vector) -> Vector:
    """Scale durations [12] to sum 1; silence stays 0."""
    total = float(np.sum(durations))
    return np.asarray(durations, dtype=np.float32) / np.float32(total) if total > 0 else np.zeros(12, np.float32)


def _tempo(tempo_qpm: float) -> float:
    """Return the tempo in octaves from 120 quarters per minute."""
    return math.log2(tempo_qpm / REFERENCE_TEMPO_QPM)
