"""What a sceptic would try first: tables of counts, fitted on the training samples that the nets learn from.

| task     | controls                                                                                         |
|----------|--------------------------------------------------------------------------------------------------|
| melody   | how often phrases use each pitch, whatever the emotion                                           |
| harmony  | histogram: how often each chord occurs in a mode, seen from the tonic; bigram: after the one before |
| dynamics | the mean velocity of each step; the mean velocity of the bar before                              |
| groove   | the mean accent and timing of each step                                                          |
| sequence | histogram: how often each pitch occurs in a mode, seen from the tonic; bigram: after the note before |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.sheet_samples import EventSong, nearest_shift
from sequence_models.midi_models.tasks import DYNAMICS, HARMONY, MELODY, Task
from sequence_models.midi_models.transposition import tonics_of, turned
from shared.music.emotion_chords import FIRST_DIM7_ID, N_DIM7, N_QUALITIES, NO_CHORD_ID
from shared.music.emotion_nets import CONTEXT, INTENSITY, N_STEPS
from shared.music.melody_events import N_PITCHES

Table = NDArray[np.float64]
Vectors = NDArray[np.float32]
Control = Callable[[Vectors], Table]

_UNIGRAM_COUNT, _BIGRAM_COUNT = 0.5, 20.0  # what is added to each count: of the best bigram on validation songs
_PITCH_COUNT, _PITCH_BIGRAM_COUNT = 0.1, 10.0
_MODE = CONTEXT.index("mode")
_ROOT, _QUALITY, _IS_NONE = (CONTEXT.index(f"previous_{name}") for name in ("root_C", "quality_maj", "is_no_chord"))
_BEFORE = INTENSITY.index("previous_velocity")
_N_CHORDS = FIRST_DIM7_ID + N_DIM7
_START = _N_CHORDS  # the chord before the first


def fit_controls(task: Task, inputs: Vectors, targets: Vectors) -> dict[str, Control]:
    """Return the controls of a dense net by name: each makes outputs [n, outputs] of inputs [n, inputs]."""
    if task.name == HARMONY:
        histogram, bigram = _chord_tables(inputs, targets)
        return {
            "histogram": lambda given: _from_c(histogram[_modes(given)], tonics_of(given)),
            "bigram": lambda given: _from_c(bigram[_before(given), _modes(given)], tonics_of(given)),
        }
    known = targets >= 0
    means = (np.where(known, targets, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)).astype(np.float64)
    name = "histogram" if task.name == MELODY else "mean"
    controls: dict[str, Control] = {name: lambda given: np.tile(means, (len(given), 1))}
    if task.name == DYNAMICS:
        mean = float(targets[known].mean())
        controls["bar before"] = lambda given: np.repeat(
            np.where(given[:, _BEFORE] > 0, given[:, _BEFORE], mean)[:, None].astype(np.float64), N_STEPS, axis=1
        )
    return controls


def _chord_tables(inputs: Vectors, targets: Vectors) -> tuple[Table, Table]:
    """Return the shares of chords as if the tonic were C: [mode, chord] and [chord before, mode, chord]."""
    modes, before = _modes(inputs), _before(inputs)
    chords = turned(targets, -tonics_of(inputs)).argmax(axis=1)
    histogram = np.full((2, _N_CHORDS), _UNIGRAM_COUNT)
    np.add.at(histogram, (modes, chords), 1)
    histogram /= histogram.sum(axis=1, keepdims=True)
    bigram = np.tile(_BIGRAM_COUNT * histogram, (_START + 1, 1, 1))
    np.add.at(bigram, (before, modes, chords), 1)
    return histogram, bigram / bigram.sum(axis=-1, keepdims=True)


def _from_c(shares: Table, tonics: NDArray[np.int64]) -> Table:
    return np.asarray(turned(shares, tonics), dtype=np.float64)


def _modes(inputs: Vectors) -> NDArray[np.int64]:
    return np.asarray(inputs[:, _MODE] < 0).astype(np.int64)


def _before(inputs: Vectors) -> NDArray[np.int64]:
    """Return the chord before as if the tonic were C, by id; `_START` where there is none."""
    has_root = inputs[:, _ROOT : _ROOT + 12].any(axis=1)
    roots = (inputs[:, _ROOT : _ROOT + 12].argmax(axis=1) - tonics_of(inputs)) % 12
    qualities = inputs[:, _QUALITY : _QUALITY + N_QUALITIES + 1].argmax(axis=1)
    ids = np.where(qualities == N_QUALITIES, FIRST_DIM7_ID + roots % N_DIM7, N_QUALITIES * roots + qualities)
    return np.where(has_root, ids, np.where(inputs[:, _IS_NONE] > 0, NO_CHORD_ID, _START))


class PitchControls:
    """Key-profile histogram and bigram of the notes of melodies, rests left out, seen from the tonic."""

    def __init__(self, songs: Sequence[EventSong]) -> None:
        """Count the notes of the songs."""
        size = 2 * N_PITCHES  # steps above the tonic, from the lowest there could be
        histogram = np.full((2, size), _PITCH_COUNT)
        pairs = np.zeros((2, size, size))
        for song in songs:
            mode, steps = _seen(song)
            np.add.at(histogram[mode], steps, 1)
            np.add.at(pairs[mode], (steps[:-1], steps[1:]), 1)
        self.histogram = histogram / histogram.sum(axis=1, keepdims=True)
        bigram = pairs + _PITCH_BIGRAM_COUNT * self.histogram[:, None]
        self.bigram = bigram / bigram.sum(axis=-1, keepdims=True)

    def log_probabilities(self, song: EventSong) -> dict[str, Table]:
        """Return what each gives to the notes of a song from the second on, [notes - 1] in nats."""
        mode, steps = _seen(song)
        return {
            "histogram": np.log(self.histogram[mode, steps[1:]]),
            "bigram": np.log(self.bigram[mode, steps[:-1], steps[1:]]),
        }


def _seen(song: EventSong) -> tuple[int, NDArray[np.int64]]:
    pitches = song.events.pitch[song.events.is_note].astype(np.int64)
    return int(song.key.mode == "minor"), pitches - nearest_shift(song.key.tonic) + N_PITCHES // 2
