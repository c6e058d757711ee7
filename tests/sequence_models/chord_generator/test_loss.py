"""The loss against hand-computed numbers; padding weighs nothing."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sequence_models.chord_generator.loss import NextChordLoss

PROBABILITIES = np.array([[[0.5, 0.25, 0.25], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]], np.float32)
TARGETS = np.array([[0, 1, 0]])


def test_mean_over_weighted_positions() -> None:
    loss = NextChordLoss()(TARGETS, PROBABILITIES, sample_weight=np.array([[1.0, 1.0, 0.0]]))
    assert float(loss) == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2, rel=1e-6)


def test_smoothing_spreads_the_targets_mass() -> None:
    loss = NextChordLoss(0.1)(TARGETS[:, :1], PROBABILITIES[:, :1], sample_weight=np.ones((1, 1)))
    logs = np.log([0.5, 0.25, 0.25])
    assert float(loss) == pytest.approx(-0.9 * logs[0] - 0.1 * logs.mean(), rel=1e-6)


def test_more_padding_leaves_loss_and_accuracy() -> None:
    keras.utils.set_random_seed(0)
    tokens = keras.Input((None,), dtype="int32")
    model = keras.Model(tokens, keras.layers.Dense(5, "softmax")(keras.layers.Embedding(5, 3)(tokens)))
    model.compile(loss=NextChordLoss(), weighted_metrics=[keras.metrics.SparseCategoricalAccuracy("accuracy")])
    inputs, targets = np.array([[1, 2, 3]]), np.array([[2, 3, 4]])
    short = model.evaluate(inputs, targets, sample_weight=np.ones((1, 3)), verbose=0)
    padding = ((0, 0), (0, 9))
    padded = model.evaluate(
        np.pad(inputs, padding), np.pad(targets, padding), sample_weight=np.pad(np.ones((1, 3)), padding), verbose=0
    )
    assert padded == pytest.approx(short, rel=1e-6)


def test_loss_is_rebuilt_from_its_config() -> None:
    assert NextChordLoss.from_config(NextChordLoss(0.2).get_config()).label_smoothing == 0.2
