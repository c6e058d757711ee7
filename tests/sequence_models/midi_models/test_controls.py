"""The controls say what counting by hand says, in whatever key the songs are."""

from __future__ import annotations

import numpy as np
import pytest

from sequence_models.midi_models.controls import PitchControls, fit_controls
from sequence_models.midi_models.samples import stacked
from sequence_models.midi_models.scoring import dense_figures
from sequence_models.midi_models.sheet_samples import event_song, harmony_samples
from sequence_models.midi_models.tasks import TASK_TABLE, UNKNOWN
from tests.sequence_models.midi_models.conftest import sheet


def test_chords_are_counted_from_the_tonic() -> None:
    task = TASK_TABLE["harmony"]
    inputs, targets = stacked([sample for _ in range(10) for sample in harmony_samples(sheet())])
    asked, wanted = stacked(list(harmony_samples(sheet(shift=5))))
    controls = {name: control(asked) for name, control in fit_controls(task, inputs, targets).items()}
    histogram, bigram = controls["histogram"], controls["bigram"]
    assert histogram.sum(axis=1) == pytest.approx([1, 1])
    assert histogram[0].argmax() in np.flatnonzero(wanted.any(axis=0))
    share = 10.5 / (20 + 64 * 0.5)
    assert histogram[1, wanted[1].argmax()] == pytest.approx(share)
    assert bigram[1, wanted[1].argmax()] == pytest.approx((20 * share + 10) / 30)
    assert dense_figures(task, bigram, wanted)["accuracy"] == 1.0


def test_pitches_are_counted_from_the_tonic() -> None:
    songs = [event_song(sheet(shift=shift)) for shift in (0, 5)]
    assert all(songs)
    tables = [PitchControls(songs[:1]).log_probabilities(song) for song in songs]  # type: ignore[arg-type, list-item]
    for name in ("histogram", "bigram"):
        np.testing.assert_allclose(tables[0][name], tables[1][name])
    assert len(tables[0]["bigram"]) == 4


def test_levels_are_means_of_what_is_known() -> None:
    task = TASK_TABLE["dynamics"]
    targets = np.full((2, 16), UNKNOWN, dtype=np.float32)
    targets[0, 0], targets[1, 0], targets[1, 4] = 0.4, 0.8, 0.5
    inputs = np.zeros((2, 32), dtype=np.float32)
    inputs[1, 30] = 0.7
    controls = fit_controls(task, inputs, targets)
    assert controls["mean"](inputs)[0, [0, 4]] == pytest.approx([0.6, 0.5])
    assert controls["bar before"](inputs)[:, 0] == pytest.approx([(0.4 + 0.8 + 0.5) / 3, 0.7])
    figures = dense_figures(task, np.full((2, 16), 0.6), targets)
    assert figures["mae"] == pytest.approx((0.2 + 0.2 + 0.1) / 3)


def test_timing_is_judged_in_sixteenths() -> None:
    targets = np.full((1, 32), UNKNOWN, dtype=np.float32)
    targets[0, :2] = 0.5, 0.6
    figures = dense_figures(TASK_TABLE["groove"], np.full((1, 32), 0.5), targets)
    assert (figures["accent_mae"], figures["timing_mae"]) == pytest.approx((0.0, 0.1), abs=1e-6)
