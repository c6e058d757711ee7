"""From planted log-probabilities to the chords that they mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shared.decoding.chord_decoding import decode_chords
from shared.decoding.smoothing import Transitions
from shared.errors import InputError
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES
from shared.music.chords import parse
from shared.music.pitch_names import pitch_class

STEADY = Transitions.uniform(N_CLASSES, 0.9)


def said(labels: Sequence[str], basses: Sequence[str], certainty: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """Return log-probabilities that name a chord and a bass in each frame."""
    joint = np.full((len(labels), N_CLASSES), (1 - certainty) / (N_CLASSES - 1))
    bass = np.full((len(basses), 12), (1 - certainty) / 11)
    for frame, (label, note) in enumerate(zip(labels, basses, strict=True)):
        joint[frame, CHORD_CLASSES.encode(parse(label))] = certainty
        bass[frame, pitch_class(note)] = certainty
    return np.log(joint), np.log(bass)


def test_chords_cover_the_recording_and_the_bass_is_that_of_most_of_a_chord() -> None:
    labels = ["C:maj"] * 4 + ["A:min7"] * 5 + ["N"] * 3
    basses = [*"EEDE", *"AABAA", *"CCC"]
    timed = decode_chords(*said(labels, basses), np.arange(13) * 0.5, STEADY)
    assert timed.labels == ("C:maj/3", "A:min7", "N")
    assert timed.intervals_s.tolist() == [[0.0, 2.0], [2.0, 4.5], [4.5, 6.0]]


def test_a_bass_beside_the_chord_is_no_inversion() -> None:
    timed = decode_chords(*said(["G:7"] * 4, ["F", "C", "C", "C"]), np.arange(5) * 0.1, STEADY)
    assert timed.labels == ("G:7",)


def test_a_frame_weighs_its_length_in_the_bass() -> None:
    joint, bass = said(["C:maj"] * 3, ["E", "G", "G"])
    assert decode_chords(joint, bass, np.array([0.0, 1.0, 2.0, 3.0]), STEADY).labels == ("C:maj/5",)
    assert decode_chords(joint, bass, np.array([0.0, 2.0, 2.5, 3.0]), STEADY).labels == ("C:maj/3",)


def test_a_flicker_is_smoothed_away_unless_chords_may_change_freely() -> None:
    joint, bass = said(["F:maj"] * 5 + ["E:min"] + ["F:maj"] * 5, ["F"] * 11, certainty=0.5)
    edges = np.arange(12) * 0.1
    assert decode_chords(joint, bass, edges, Transitions.uniform(N_CLASSES, 0.99)).labels == ("F:maj",)
    loose = Transitions.uniform(N_CLASSES, 0.01)
    assert decode_chords(joint, bass, edges, loose).labels == ("F:maj", "E:min", "F:maj")
    assert decode_chords(joint, bass, edges, loose, min_frames=2).labels == ("F:maj",)


def test_with_beats_chords_change_on_beats_only() -> None:
    labels = ["C:maj"] * 9 + ["G:maj"] * 11
    edges = np.arange(21) * 0.1
    beats = np.array([0.5, 1.0, 1.5])
    timed = decode_chords(*said(labels, ["C"] * 9 + ["G"] * 11), edges, STEADY, beat_times_s=beats)
    assert timed.labels == ("C:maj", "G:maj")
    assert timed.intervals_s == pytest.approx(np.array([[0.0, 1.0], [1.0, 2.0]]))


def test_shapes_that_do_not_fit_are_named() -> None:
    joint, bass = said(["C:maj"] * 3, ["C"] * 3)
    with pytest.raises(InputError, match=r"joint log-probabilities must be \[4, 361\], not \[3, 361\]"):
        decode_chords(joint, bass, np.arange(5.0), STEADY)
    with pytest.raises(InputError, match=r"bass log-probabilities must be \[3, 12\], not \[3, 11\]"):
        decode_chords(joint, bass[:, :11], np.arange(4.0), STEADY)
