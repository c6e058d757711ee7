"""How a piece is played: the nets give the shape of every bar, the plan its level, its contrast and its articulation.

The dynamics net says how loud each sixteenth of a bar of melody is, the groove net how loud and how late each
sixteenth of a bar of drums. Of both the shape is taken, relative to its mean; the plan says how loud the whole is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.decoding.emotion_models import EmotionNets
from shared.decoding.emotion_plan import BAR_QUARTERS, Plan
from shared.decoding.emotional_melody import STEP_QUARTERS, MelodyNote
from shared.music.drum_bars import drum_bar
from shared.music.emotion_nets import N_STEPS, accents, arousal_input, intensity_input, micro_timing
from shared.music.emotion_point import EmotionPoint
from shared.music.score import Note, Track
from shared.music.styles import style_of
from shared.music.touch import SHORTEST_NOTE_QUARTERS, release_repeats

# How loud a part is beside the whole: the tune leads, the band carries it.
BALANCE = {"melody": 1.12, "chords": 0.92, "bass": 1.0, "drums": 0.95}
# From this swing on the groove net's timing is left out: the band swings by itself.
SWUNG = 0.55
LONGEST_OVERLAP_QUARTERS = 0.25
_SOFTEST, _LOUDEST = 12, 124


def played_melody(
    notes: Sequence[MelodyNote],
    second: Sequence[MelodyNote],
    plan: Plan,
    point: EmotionPoint,
    nets: EmotionNets,
) -> tuple[Note, ...]:
    """Return the melody and its second voice with the dynamics net's velocities and the plan's articulation."""
    bars = [[note for note in notes if note.onset_quarters // BAR_QUARTERS == bar] for bar in range(plan.bars)]
    shares = np.zeros((plan.bars, N_STEPS))
    previous = 0.0
    for bar, inside in enumerate(bars):
        steps = [_step(note.onset_quarters) for note in inside]
        pitches = [note.pitch for note in inside]
        asked = intensity_input(point, steps, pitches, bar, plan.bars, plan.tempo_qpm, previous)
        shares[bar] = np.asarray(nets.expression(asked[None]))[0]
        previous = 127.0 * float(np.mean(shares[bar, steps])) if steps else previous
    both = sorted([*notes, *second], key=lambda note: (note.onset_quarters, note.pitch))
    heard = np.array([shares[int(note.onset_quarters // BAR_QUARTERS), _step(note.onset_quarters)] for note in both])
    velocities = _levelled(heard * 127, plan, "melody")
    return release_repeats(
        [
            Note(
                note.pitch, int(velocity), note.onset_quarters, _sounding(note.end_quarters - note.onset_quarters, plan)
            )
            for note, velocity in zip(both, velocities, strict=True)
        ]
    )


def played_part(track: Track, part: str, plan: Plan) -> Track:
    """Return a track of the band at the plan's level and articulation, called by its part."""
    if not track.notes:
        return dataclasses.replace(track, name=part)
    velocities = _levelled(np.array([note.velocity for note in track.notes]), plan, part)
    notes = [
        Note(note.pitch, int(velocity), note.onset_quarters, _sounding(note.duration_quarters, plan))
        for note, velocity in zip(track.notes, velocities, strict=True)
    ]
    return dataclasses.replace(track, name=part, notes=release_repeats(notes))


def played_drums(track: Track, plan: Plan, point: EmotionPoint, nets: EmotionNets) -> tuple[Track, NDArray[np.float32]]:
    """Return the drums with the groove net's accents and timing, and what it said [bars, 32]."""
    swing = style_of(plan.genre).swing
    rows = np.array([(note.onset_quarters, note.pitch, note.velocity) for note in track.notes])
    bars = (rows[:, 0] / STEP_QUARTERS).round().astype(int) // N_STEPS
    numbers = np.unique(bars)
    asked = []
    for bar in numbers:
        struck = drum_bar(rows[bars == bar], float(bar) * BAR_QUARTERS).struck
        asked.append(arousal_input(point, plan.genre, plan.tempo_qpm, struck, swing=max(0.0, 6.0 * (swing - 0.5))))
    said = np.asarray(nets.groove(np.stack(asked)))
    accent, late = accents(said), micro_timing(said) if swing < SWUNG else np.zeros((len(said), N_STEPS))
    index = np.searchsorted(numbers, bars)
    steps = (rows[:, 0] / STEP_QUARTERS).round().astype(int) % N_STEPS
    shape = accent[index, steps] / np.maximum(accent[index].mean(axis=1), 1e-6)
    velocities = _levelled(rows[:, 2] * (0.5 + 0.5 * shape), plan, "drums")
    notes = [
        dataclasses.replace(
            note, velocity=int(velocity), onset_quarters=max(0.0, note.onset_quarters + float(shift) * STEP_QUARTERS)
        )
        for note, velocity, shift in zip(track.notes, velocities, late[index, steps], strict=True)
    ]
    return dataclasses.replace(track, name="drums", notes=release_repeats(notes)), said.astype(np.float32)


def _levelled(velocities: NDArray[np.floating], plan: Plan, part: str) -> NDArray[np.int64]:
    """Return velocities with the mean that the plan and the balance ask for, and the plan's contrast."""
    away = (velocities - velocities.mean()) * plan.contrast
    loud: NDArray[np.int64] = np.clip(np.round(127 * plan.level * BALANCE[part] + away), _SOFTEST, _LOUDEST).astype(int)
    return loud


def _sounding(duration: float, plan: Plan) -> float:
    """Return how long a note of a written length sounds: legato may overlap the next by a sixteenth."""
    return max(min(duration * plan.articulation, duration + LONGEST_OVERLAP_QUARTERS), SHORTEST_NOTE_QUARTERS)


def _step(onset_quarters: float) -> int:
    return round(onset_quarters % BAR_QUARTERS / STEP_QUARTERS)
