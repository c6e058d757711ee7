"""The tensors of the sequence melody net: their names, and songs as their contents. Knows no framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.sheet_samples import EventSong
from shared.music.melody_events import N_PITCHES, NOTHING_YET

PITCH, DURATION, PLACE, CHORD, KEY, EMOTION, COMING = (
    "pitch", "duration", "place", "chord", "key", "embedding", "coming_duration",
)  # fmt: skip
INPUTS = (PITCH, DURATION, PLACE, CHORD, KEY, EMOTION, COMING)
DURATIONS, PITCHES = "durations", "pitches"
STATES = ("h", "c")
N_OUT_PITCHES = N_PITCHES + 1  # the rest stands behind the pitches
N_TONICS = 12

Arrays = dict[str, NDArray[np.generic]]


def song_inputs(song: EventSong) -> Arrays:
    """Return the inputs of a song by name, [events] (embedding [events, 64]): each event is asked for by its place."""
    events, n = song.events, len(song.events)
    return {
        PITCH: np.concatenate(([NOTHING_YET], events.pitch[:-1])).astype(np.int32),
        DURATION: np.concatenate(([0], events.duration[:-1])).astype(np.int32),
        PLACE: events.place,
        CHORD: events.chord,
        KEY: np.full(n, song.key.id, dtype=np.int32),
        EMOTION: np.tile(song.embedding, (n, 1)),
        COMING: events.duration,
    }


def song_targets(song: EventSong) -> Arrays:
    """Return what should come, by output."""
    return {DURATIONS: song.events.duration, PITCHES: song.events.pitch}


def padded(rows: Sequence[Mapping[str, NDArray[np.generic]]], length: int) -> Arrays:
    """Return rows of arrays [events ...] as arrays [rows, length ...], zeros behind."""
    return {name: np.stack([_pad(row[name], length) for row in rows]) for name in rows[0]}


def _pad(values: NDArray[np.generic], length: int) -> NDArray[np.generic]:
    return np.pad(values, [(0, length - len(values)), *[(0, 0)] * (values.ndim - 1)])
