"""Labels per frame and what silence does to them, against answers counted by hand."""

from __future__ import annotations

import numpy as np

from audio_models.chord_recognizer.frame_labels import frame_labels, silences, with_silence
from shared.datasets.contract import TimedChords
from shared.music.chords import CHORD_TYPE_ID
from shared.vocabulary import IGNORED

RATE = 8000


def chords(*rows: tuple[float, float, str]) -> TimedChords:
    return TimedChords(np.array([row[:2] for row in rows]), tuple(row[2] for row in rows))


def test_a_frame_takes_the_label_at_its_centre() -> None:
    annotation = chords((0.0, 1.0, "C:maj/3"), (1.0, 2.0, "N"), (2.0, 3.0, "X"), (3.0, 4.0, "A:maj(9)"))
    labels = frame_labels(annotation, np.array([0.0, 0.999, 1.0, 2.5, 3.0, 4.0]))
    major, none = CHORD_TYPE_ID["maj"], CHORD_TYPE_ID["N"]
    assert labels.dtype == np.int16
    assert labels.tolist() == [
        [major, 0, 4], [major, 0, 4], [none, IGNORED, IGNORED], [IGNORED] * 3, [major, 9, 9], [IGNORED] * 3,
    ]  # fmt: skip


def test_silence_is_found_where_nothing_is_heard() -> None:
    sound = np.sin(np.arange(4 * RATE)).astype(np.float32)
    sound[RATE : 2 * RATE] *= 0.001  # -60 dB
    sound[3 * RATE :] *= 0.05  # -26 dB: soft, not silent
    assert silences(sound, RATE).tolist() == [[1.0, 2.0]]
    assert silences(np.zeros(RATE, dtype=np.float32), RATE).tolist() == [[0.0, 1.0]]


def test_long_rests_become_n_and_short_ones_belong_to_the_chord() -> None:
    annotation = chords((0.0, 2.0, "C:maj"), (2.0, 4.0, "G:7"))
    changed = with_silence(annotation, np.array([[0.5, 0.7], [1.5, 2.5]]))
    assert changed.labels == ("C:maj", "N", "G:7")
    assert changed.intervals_s.tolist() == [[0.0, 1.5], [1.5, 2.5], [2.5, 4.0]]


def test_an_n_that_sounds_is_unknown_and_one_that_does_not_stays() -> None:
    annotation = chords((0.0, 1.0, "N"), (1.0, 2.0, "C:maj"), (2.0, 3.0, "N"))
    changed = with_silence(annotation, np.array([[0.0, 0.99]]))
    assert changed.labels == ("N", "C:maj", "X")
    assert changed.intervals_s.tolist() == [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
