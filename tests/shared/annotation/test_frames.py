"""Annotations into frames and back: every boundary where it belongs, every name the same."""

from __future__ import annotations

import numpy as np
import pytest

from shared.annotation.frames import FrameLabels, frame_edges, join_frames, sample_chords
from shared.datasets.contract import TimedChords
from shared.errors import InputError
from shared.music.chord_classes import CHORD_CLASSES, NO_CHORD_ID
from shared.music.chord_types import CHORD_TYPE_ID
from shared.music.chords import ChordError, parse
from shared.vocabulary import IGNORED

SONG = TimedChords(np.array([[0.5, 1.0], [1.0, 2.0], [2.5, 3.0], [3.0, 4.0]]), ("N", "A:min7/b3", "X", "Dm"))


def class_of(label: str) -> int:
    return CHORD_CLASSES.encode(parse(label))


def columns(labels: FrameLabels) -> list[tuple[int, ...]]:
    rows = zip(labels.classes, labels.chord_types, labels.roots, labels.basses, strict=True)
    return [tuple(int(value) for value in row) for row in rows]


def test_each_time_takes_the_chord_that_sounds_then() -> None:
    nothing = (IGNORED,) * 4
    silence = (NO_CHORD_ID, CHORD_TYPE_ID["N"], IGNORED, IGNORED)
    a_minor = (class_of("A:min7"), CHORD_TYPE_ID["min7"], 9, 0)
    d_minor = (class_of("D:min"), CHORD_TYPE_ID["min"], 2, 2)
    times = np.array([0.0, 0.5, 0.99, 1.0, 1.99, 2.0, 2.2, 2.5, 3.5, 4.0, 9.0])
    wanted = [nothing, silence, silence, a_minor, a_minor, nothing, nothing, nothing, d_minor, nothing, nothing]
    assert columns(sample_chords(SONG, times)) == wanted
    assert sample_chords(SONG, times).classes.dtype == np.int64


def test_what_no_interval_holds_can_be_silence() -> None:
    found = sample_chords(SONG, np.array([0.1, 1.5, 2.2, 5.0]), outside="N").classes
    assert found.tolist() == [NO_CHORD_ID, class_of("A:min7"), NO_CHORD_ID, NO_CHORD_ID]


def test_a_label_that_is_no_chord_is_named() -> None:
    with pytest.raises(ChordError, match="'H:what' cannot be read"):
        sample_chords(TimedChords(np.array([[0.0, 1.0]]), ("H:what",)), np.zeros(1))


def test_frames_reach_half_way_and_to_both_ends() -> None:
    assert frame_edges(np.array([0.0, 0.1, 0.2, 0.4]), 0.45) == pytest.approx([0.0, 0.05, 0.15, 0.3, 0.45])
    assert frame_edges(np.array([0.0]), 3.0).tolist() == [0.0, 3.0]
    for times, duration in (([0.0, 0.0], 1.0), ([0.0, 0.2], 0.1), ([0.2, 0.1], 1.0)):
        with pytest.raises(InputError, match="frame times must rise within the recording"):
            frame_edges(np.array(times), duration)
    with pytest.raises(InputError, match="a list of seconds"):
        frame_edges(np.zeros(0), 1.0)


def test_equal_neighbours_are_joined_and_basses_written_where_they_are_inversions() -> None:
    classes = [class_of(label) for label in ("C:maj", "C:maj", "C:maj", "C:maj", "C:maj", "N", "N", "G:7", "G:7")]
    basses = [0, 2, 4, 4, IGNORED, 3, 9, 5, 8]  # D is no tone of C major, G# none of G7
    timed = join_frames(classes, basses, np.arange(10) / 10)
    assert timed.labels == ("C:maj", "C:maj/3", "C:maj", "N", "G:7/b7", "G:7")
    assert timed.intervals_s == pytest.approx(
        np.array([[0, 0.2], [0.2, 0.4], [0.4, 0.5], [0.5, 0.7], [0.7, 0.8], [0.8, 0.9]])
    )


def test_every_class_and_inversion_survives_the_way_through_frames() -> None:
    labels = [*CHORD_CLASSES.labels, "C:maj/3", "D:min7/b7", "E:sus4(b7)/5", "X"]
    rng = np.random.default_rng(1)
    lengths = rng.integers(3, 9, len(labels)) * 0.1
    bounds = np.concatenate([[0.0], np.cumsum(lengths)])
    song = TimedChords(np.stack([bounds[:-1], bounds[1:]], axis=1), tuple(labels))
    times = np.arange(0.05, bounds[-1], 0.1)
    sampled = sample_chords(song, times)
    back = join_frames(sampled.classes, sampled.basses, frame_edges(times, float(bounds[-1])))
    assert back.labels == song.labels
    assert back.intervals_s == pytest.approx(song.intervals_s)
    assert back.intervals_s[0, 0] == 0.0
    assert back.intervals_s[-1, 1] == bounds[-1]


def test_columns_of_different_length_are_refused() -> None:
    for classes, basses, edges in (([0], [0, 0], 2), ([0], [0], 3), ([], [], 1)):
        with pytest.raises(InputError, match="make no frames"):
            join_frames(classes, basses, np.arange(edges, dtype=float))
