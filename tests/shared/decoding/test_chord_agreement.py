"""Chords that are nearly right: the questions are mir_eval's, and the best answer is not always the likeliest."""

from __future__ import annotations

import mir_eval
import numpy as np
import pytest

from shared.decoding.chord_agreement import agreement, nearly_right
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES
from shared.music.chords import parse


def test_three_of_the_four_questions_are_those_of_mir_eval() -> None:
    labels, rng = CHORD_CLASSES.labels, np.random.default_rng(0)
    sounding, answered = rng.integers(0, N_CLASSES, (2, 3000))
    # Chance rarely meets a chord that has to do with the other: here it often does.
    answered[::2] = np.minimum(30 * (sounding[::2] // 30) + rng.integers(0, 30, 1500), N_CLASSES - 1)
    names = [labels[index] for index in sounding], [labels[index] for index in answered]
    root, triad, chord = (getattr(mir_eval.chord, name)(*names) for name in ("root", "majmin", "tetrads"))
    ours = 4 * agreement()[sounding, answered] - root - chord
    judged = (triad >= 0) & (chord == 0)
    assert set((ours - triad)[judged].tolist()) == {0.0, 1.0}  # what is left is whether the notes are the same but one
    assert judged.sum() > 1000


@pytest.mark.parametrize(
    ("sounding", "answered", "right"),
    [
        ("C:maj", "C:maj", 4), ("C:maj", "C:7", 3), ("C:maj", "A:min7", 1), ("A:min", "C:maj", 0),
        ("C:maj", "C:13", 2), ("C:maj", "C:min", 1), ("C:sus4", "F:sus2", 1), ("N", "N", 4), ("N", "C:maj", 0),
    ],
)  # fmt: skip
def test_agreement_by_hand(sounding: str, answered: str, right: int) -> None:
    ids = (CHORD_CLASSES.encode(parse(label)) for label in (sounding, answered))
    assert 4 * agreement()[tuple(ids)] == right


def test_what_most_of_the_doubt_agrees_on_wins() -> None:
    probabilities = np.full(N_CLASSES, 1e-6)
    for label, share in (("A:min", 0.26), ("C:maj", 0.24), ("C:7", 0.24), ("C:maj7", 0.24)):
        probabilities[CHORD_CLASSES.encode(parse(label))] = share
    best = nearly_right(np.log(probabilities)[None])[0].argmax()
    assert CHORD_CLASSES.labels[best] == "C:maj"


def test_a_sure_chord_stays_what_it_is() -> None:
    sure = np.log(np.eye(N_CLASSES) * 0.9 + 0.1 / N_CLASSES)
    assert (nearly_right(sure).argmax(axis=1) == np.arange(N_CLASSES)).all()
