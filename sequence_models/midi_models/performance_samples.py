"""Samples of the dynamics and groove nets: bars of performances, with how loud and how late each sixteenth was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.samples import Sample
from sequence_models.midi_models.tasks import UNKNOWN
from sequence_models.midi_models.weak_emotions import (
    DRUMS_USUAL,
    MELODY_USUAL,
    PIANO_USUAL,
    Usual,
    performance_emotion,
    sheet_emotion,
)
from shared.datasets.asap import PianoPerformance
from shared.datasets.drumming import DrumPerformance
from shared.datasets.lead_sheet import LeadSheet
from shared.music.emotion_nets import EXPRESSION, N_BEATS, N_STEPS, arousal_input, groove_output, intensity_input
from shared.music.melody import skyline
from shared.music.score import Note

_STEPS_PER_QUARTER = 4
_METER = "4/4"


@dataclass(frozen=True, eq=False)
class _Line:
    """A top line of 4/4 with where it came from."""

    notes: Sequence[Note]
    tempo_qpm: float
    valence: float
    usual: Usual
    group: str
    source: str
    licence: str


def sheet_dynamics(sheet: LeadSheet) -> Iterator[Sample]:
    """Yield the bars of a melody that somebody has played; other meters than 4/4 have none."""
    if sheet.melody.meter == _METER:
        valence = sheet_emotion(sheet).valence
        yield from _bars(
            _Line(
                sheet.melody.notes, sheet.melody.tempo_qpm, valence, MELODY_USUAL,
                sheet.group, sheet.dataset, sheet.licence,
            )
        )  # fmt: skip


def piano_dynamics(performance: PianoPerformance) -> Iterator[Sample]:
    """Yield the bars of the top line of a piano performance, as far as they are in 4/4."""
    beats = performance.beats_s
    inside = np.array([meter == _METER for meter in performance.meters])
    starts = np.flatnonzero(performance.is_downbeat)
    if len(starts) < 2:
        return
    places = np.zeros(len(beats))
    for bar, (start, end) in enumerate(zip(starts, np.append(starts[1:], len(beats)), strict=True)):
        places[start:end] = N_BEATS * bar + np.arange(end - start)
        inside[start:end] &= end - start == N_BEATS
    table = performance.notes()
    onsets = np.interp(table.onset_s, beats, places)
    ends = np.interp(table.onset_s + table.duration_s, beats, places)
    beat = np.clip(np.searchsorted(beats, table.onset_s, side="right") - 1, 0, len(beats) - 1)
    timed = (table.onset_s >= beats[starts[0]]) & (table.onset_s < beats[-1]) & inside[beat] & (ends > onsets)
    notes = skyline(
        Note(int(table.pitch[i]), int(table.velocity[i]), float(onsets[i]), float(ends[i] - onsets[i]))
        for i in np.flatnonzero(timed)
    )
    if notes:
        tempo = 60.0 / float(np.median(np.diff(beats)))
        yield from _bars(
            _Line(notes, tempo, 0.0, PIANO_USUAL, performance.group, performance.dataset, performance.licence)
        )


def _bars(line: _Line) -> Iterator[Sample]:
    """Yield the bars of a line that have a note."""
    steps = np.array([round(note.onset_quarters * _STEPS_PER_QUARTER) for note in line.notes])
    bars = steps // N_STEPS
    filled = np.unique(bars)
    velocities = [float(note.velocity) for note in line.notes]
    density = len(np.unique(steps)) / (N_STEPS * len(filled))
    point = performance_emotion(line.tempo_qpm, density, velocities, line.usual, line.valence)
    n_bars, before = int(bars.max()) + 1, 0.0
    for bar in filled:
        notes = [line.notes[index] for index in np.flatnonzero(bars == bar).tolist()]
        places = (steps[bars == bar] - bar * N_STEPS).tolist()
        pitches = [note.pitch for note in notes]
        vector = intensity_input(point, places, pitches, int(bar), n_bars, line.tempo_qpm, before)
        target = np.full(len(EXPRESSION), UNKNOWN, dtype=np.float32)
        target[places] = [note.velocity / 127 for note in notes]
        yield Sample(vector, target, line.group, line.source, line.licence)
        before = sum(note.velocity for note in notes) / len(notes)


def groove_samples(performance: DrumPerformance) -> Iterator[Sample]:
    """Yield the bars of a drum performance."""
    bars = list(performance.bars())
    density = float(np.mean([bar.accents > 0 for bar in bars]))
    point = performance_emotion(performance.tempo_qpm, density, performance.hits[:, 2].tolist(), DRUMS_USUAL)
    swing = swing_of(performance.hits[:, 0])
    for bar in bars:
        vector = arousal_input(point, performance.genre, performance.tempo_qpm, bar.struck, swing, performance.is_fill)
        target = groove_output(bar.accents, bar.timing)
        target[np.repeat(bar.accents == 0, 2)] = UNKNOWN
        group = f"{performance.dataset}:{performance.group}"
        yield Sample(vector, target, group, performance.dataset, performance.licence)


def swing_of(onsets_quarters: NDArray[np.float64]) -> float:
    """Return where the second eighth of a beat lies: 0 in the middle, 1 on the last triplet (of most hits there)."""
    within = onsets_quarters % 1.0
    off = within[(within > 0.4) & (within < 0.78)]
    if not len(off):
        return 0.0
    return float(np.clip((np.median(off) - 0.5) / (2 / 3 - 0.5), 0.0, 1.0))
