"""Figures of the nets: numbers of outputs against what was there. Nothing here knows a framework."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.event_tensors import DURATIONS, INPUTS, PITCHES, STATES, padded, song_inputs
from sequence_models.midi_models.sheet_samples import EventSong
from sequence_models.midi_models.tasks import GROOVE, HARMONY, MELODY, Task
from shared.export.signature import NEXT_STATE
from shared.music.emotion_nets import micro_timing
from shared.music.melody_events import N_PITCHES
from shared.runtime import OnnxModel

Table = NDArray[np.floating]

_TINY = 1e-9
_SONGS_AT_ONCE = 32
_CLIP = 1e-6


def dense_outputs(model: OnnxModel, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what an exported dense net answers to inputs [n, inputs]."""
    (given,) = model.signature.inputs
    (answer,) = model.signature.outputs
    return model.run({given.name: inputs})[answer.name]


def dense_figures(task: Task, outputs: Table, targets: NDArray[np.float32]) -> dict[str, float]:
    """Return the figures of a dense net or a control.

    nll is nats per sample (chords), per used pitch (of the notes' shares), per known level (binary); `accuracy` the
    share of right first choices, or of levels within 0.1; `mae` the mean error of levels, of timing in sixteenths.
    """
    if task.name in (MELODY, HARMONY):
        shares = outputs / np.maximum(outputs.sum(axis=1, keepdims=True), _TINY)
        logs = np.log(np.maximum(shares, _TINY))
        first = np.take_along_axis(targets, outputs.argmax(axis=1)[:, None], axis=1)
        figures = {"nll": -float((targets * logs).sum() / targets.sum()), "accuracy": float(first.mean())}
        if task.name == MELODY:
            figures["binary_nll"] = float(_binary(outputs, targets).mean())
        return figures
    known = targets >= 0
    error = np.abs(outputs - targets)
    figures = {
        "nll": float(_binary(outputs, targets)[known].mean()),
        "accuracy": float((error[known] < 0.1).mean()),
        "mae": float(error[known].mean()),
    }
    if task.name == GROOVE:
        figures["accent_mae"] = float(error[:, 0::2][known[:, 0::2]].mean())
        late = np.abs(micro_timing(np.asarray(outputs, np.float32)) - micro_timing(targets))
        figures["timing_mae"] = float(late[known[:, 1::2]].mean())
    return figures


def _binary(outputs: Table, targets: NDArray[np.float32]) -> Table:
    likely = np.clip(outputs.astype(np.float64), _CLIP, 1 - _CLIP)
    return np.asarray(-(targets * np.log(likely) + (1 - targets) * np.log(1 - likely)))


def sequence_log_probabilities(
    model: OnnxModel, songs: Sequence[EventSong]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Play songs through the step net, event by event, their own durations given before the pitches.

    Returns:
        For each song what the net gives to the pitches of its notes from the second on, that there is a note taken as
        known [notes - 1], and to the durations of all its events [events]; in nats.
    """
    found: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = [(np.empty(0), np.empty(0))] * len(songs)
    order = sorted(range(len(songs)), key=lambda index: len(songs[index].events))
    for start in range(0, len(order), _SONGS_AT_ONCE):
        chosen = order[start : start + _SONGS_AT_ONCE]
        pitches, durations = _play(model, [songs[index] for index in chosen])
        for row, index in enumerate(chosen):
            events = songs[index].events
            length = len(events)
            own = pitches[row, :length, :N_PITCHES]
            own = own / np.maximum(own.sum(axis=1, keepdims=True), _TINY)
            notes = np.flatnonzero(events.is_note)[1:]
            given = own[notes, events.pitch[notes]]
            lasting = durations[row, np.arange(length), events.duration]
            found[index] = (np.log(np.maximum(given, _TINY)), np.log(np.maximum(lasting, _TINY)))
    return found


def _play(model: OnnxModel, songs: Sequence[EventSong]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return pitches [songs, events, 129] and durations [songs, events, 17]."""
    length = max(len(song.events) for song in songs)
    given = padded([song_inputs(song) for song in songs], length)
    specs = {spec.name: spec for spec in model.signature.inputs}
    states = {name: np.zeros(specs[name].shape(batch=len(songs)), np.float32) for name in STATES}
    pitches, durations = [], []
    for event in range(length):
        answer = model.run({name: given[name][:, event] for name in INPUTS} | states)
        states = {name: answer[NEXT_STATE + name] for name in STATES}
        pitches.append(answer[PITCHES].astype(np.float64))
        durations.append(answer[DURATIONS].astype(np.float64))
    return np.stack(pitches, axis=1), np.stack(durations, axis=1)
