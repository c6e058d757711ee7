"""Timed chords as one label per frame, and frames back as timed chords.

A frame's label is the chord that sounds at its centre. On the way back a frame reaches half way to its neighbours,
the first one to 0 and the last one to the end, so that the chords cover the recording exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.music.chord_classes import CHORD_CLASSES, heads_of
from shared.music.chord_types import INTERVALS, UNKNOWN
from shared.music.chords import Chord, format_harte, parse

Ids = NDArray[np.int64]
Times = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FrameLabels:
    """What the recognizer should say in each frame: ids [frames], `IGNORED` where nothing is asked.

    Attributes:
        classes: the joint class (`CHORD_CLASSES`).
        chord_types: id in `CHORD_TYPES`.
        roots: pitch class 0-11.
        basses: absolute pitch class 0-11.
    """

    classes: Ids
    chord_types: Ids
    roots: Ids
    basses: Ids


def sample_chords(timed: TimedChords, times_s: NDArray[np.floating], outside: str = UNKNOWN) -> FrameLabels:
    """Return the labels at the given times [frames], in seconds.

    Args:
        timed: the annotation, in either dialect; an interval holds its start and not its end.
        times_s: the centres of the frames, in any order.
        outside: label of the times that no interval holds; X, by default, asks nothing of them.

    Raises:
        ChordError: when a label cannot be read.
    """
    chords = [parse(label) for label in (*timed.labels, outside)]
    targets = np.array([(CHORD_CLASSES.encode(chord), *heads_of(chord)) for chord in chords], dtype=np.int64)
    times = np.asarray(times_s, dtype=np.float64)
    places = np.searchsorted(timed.intervals_s[:, 0], times, side="right") - 1
    ends = np.append(timed.intervals_s[:, 1], -np.inf)  # place -1, before the first interval, holds nothing
    places = np.where(times < ends[places], places, len(timed.labels))
    return FrameLabels(*targets[places].T)


def frame_edges(times_s: NDArray[np.floating], duration_s: float) -> Times:
    """Return where frames with these centres begin, and at last the end: [frames + 1], in seconds.

    Raises:
        InputError: when the times do not rise, or the recording ends before the last frame begins.
    """
    times = np.asarray(times_s, dtype=np.float64)
    if times.ndim != 1 or not len(times):
        raise InputError(f"frame times are a list of seconds, not an array of shape {list(times.shape)}")
    edges = np.concatenate([[0.0], (times[1:] + times[:-1]) / 2, [duration_s]])
    if (np.diff(times) <= 0).any() or (np.diff(edges) <= 0).any():
        raise InputError(f"frame times must rise within the recording of {duration_s:g} s")
    return edges


def join_frames(class_ids: Sequence[int] | Ids, basses: Sequence[int] | Ids, edges_s: Times) -> TimedChords:
    """Return the chords of frames, equal neighbours joined.

    Args:
        class_ids: the joint class of each frame, [frames].
        basses: absolute pitch class of each frame's bass, [frames]; a bass that is no tone of its chord is not
            written: what sounds below is then no inversion.
        edges_s: where each frame begins, and the end of the last, [frames + 1].

    Raises:
        InputError: when lengths differ or an id is no class.
    """
    if not len(class_ids) == len(basses) == len(edges_s) - 1 or not len(class_ids):
        raise InputError(f"{len(class_ids)} classes, {len(basses)} basses and {len(edges_s)} edges make no frames")
    pairs = [_inverted(int(class_id), int(bass)) for class_id, bass in zip(class_ids, basses, strict=True)]
    labels = [format_harte(chord) for chord in pairs]
    starts = [0, *(frame for frame in range(1, len(labels)) if labels[frame] != labels[frame - 1])]
    bounds = np.asarray(edges_s, dtype=np.float64)[[*starts, len(labels)]]
    return TimedChords(np.stack([bounds[:-1], bounds[1:]], axis=1), tuple(labels[start] for start in starts))


def _inverted(class_id: int, bass: int) -> Chord:
    """Return the chord of a class over a bass, if that is one of its tones; else in root position."""
    chord = CHORD_CLASSES.decode(class_id)
    if chord.root < 0 or (bass - chord.root) % 12 not in INTERVALS[chord.quality]:
        return chord
    return Chord(chord.root, chord.quality, bass)
