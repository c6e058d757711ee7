"""The nets have the specified layers; the sequence net is the same in every key and step by step; losses by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sequence_models.midi_models.config import SEQUENCE, ModelConfig
from sequence_models.midi_models.event_tensors import INPUTS, STATES, song_inputs
from sequence_models.midi_models.loss import LevelLoss, ShareLoss, first_choice_is_right, share_within
from sequence_models.midi_models.melody_net import build_melody_net, make_step_net
from sequence_models.midi_models.model import build_model, freeze
from sequence_models.midi_models.sheet_samples import event_song
from sequence_models.midi_models.tasks import TASK_TABLE, UNKNOWN
from tests.sequence_models.midi_models.conftest import sheet

TINY = ModelConfig(SEQUENCE, recurrent_units=12, pitch_dim=6, other_dim=4)
SHAPES = {"melody": (64, 128), "harmony": (128, 64), "dynamics": (32, 16), "groove": (64, 32)}


@pytest.mark.parametrize("task", SHAPES)
def test_dense_nets_are_as_specified(task: str) -> None:
    inputs, outputs = SHAPES[task]
    model = build_model(ModelConfig(), TASK_TABLE[task])
    kinds = [type(layer).__name__ for layer in model.layers[1:]]
    assert kinds == ["Dense", "BatchNormalization", "Dropout"] * 2 + ["Dense"]
    dense, shares = model.layers[1::3], [layer.rate for layer in model.layers if hasattr(layer, "rate")]
    assert [layer.units for layer in dense] == [128, 256, outputs]
    assert [layer.activation.__name__ for layer in dense] == ["relu", "relu", "sigmoid"]
    assert shares == [0.3, 0.2]
    weights = (inputs + 1) * 128 + 129 * 256 + 257 * outputs + 4 * (128 + 256)
    assert model.count_params() == weights
    for batch in (1, 5):
        answer = np.asarray(model(np.zeros((batch, inputs), np.float32)))
        assert answer.shape == (batch, outputs)
        assert ((answer > 0) & (answer < 1)).all()


def test_freezing_keeps_the_first_blocks_and_never_the_last() -> None:
    model = build_model(ModelConfig(first_units=4, second_units=4), TASK_TABLE["groove"])
    assert freeze(model, ModelConfig(), 1) == ["dense_1", "norm_1"]
    assert len(model.trainable_variables) == 2 + 2 + 2
    freeze(model, ModelConfig(), 9)
    assert [variable.path for variable in model.trainable_variables] == ["output/kernel", "output/bias"]
    net = build_melody_net(TINY)
    assert "recurrent" in freeze(net, TINY, 2)


def given(shift: int = 0) -> dict[str, np.ndarray]:
    song = event_song(sheet(shift=shift))
    assert song is not None
    return {name: values[None] for name, values in song_inputs(song).items()}


def answers(model: keras.Model, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [np.asarray(value) for value in model([inputs[name] for name in INPUTS], training=False)]


def test_the_sequence_net_is_the_same_in_every_key() -> None:
    model = build_melody_net(TINY)
    durations, pitches = answers(model, given())
    higher_durations, higher = answers(model, given(shift=5))
    np.testing.assert_allclose(higher_durations, durations, atol=1e-6)
    odds = pitches[..., :120] / pitches[..., 128:]
    np.testing.assert_allclose(higher[..., 5:125] / higher[..., 128:], odds, rtol=1e-4)
    np.testing.assert_allclose(pitches.sum(axis=-1), 1, atol=1e-5)


def test_step_by_step_it_answers_as_over_the_whole() -> None:
    model = build_melody_net(TINY)
    step, inputs = make_step_net(model, TINY), given()
    whole = answers(model, inputs)
    states = [np.zeros((1, TINY.recurrent_units), np.float32) for _ in STATES]
    for event in range(inputs["pitch"].shape[1]):
        now = [inputs[name][:, event] for name in INPUTS]
        durations, pitches, *states = (np.asarray(value) for value in step([*now, *states], training=False))
        np.testing.assert_allclose(durations, whole[0][:, event], atol=1e-6)
        np.testing.assert_allclose(pitches, whole[1][:, event], atol=1e-6)


def test_the_coming_duration_reaches_the_pitch_alone() -> None:
    model, inputs = build_melody_net(TINY), given()
    durations, pitches = answers(model, inputs)
    hidden, others = answers(model, inputs | {"coming_duration": np.zeros_like(inputs["coming_duration"])})
    np.testing.assert_array_equal(hidden, durations)
    assert np.abs(others - pitches).max() > 1e-5


def test_losses_by_hand() -> None:
    shares = ShareLoss()(np.array([[0.0, 1.0]]), np.array([[0.6, 0.2]]))
    assert float(shares) == pytest.approx(-np.log(0.2 / 0.8) + 0.1 * np.log(0.8) ** 2, abs=1e-5)
    levels = LevelLoss()(np.array([[0.25, UNKNOWN], [UNKNOWN, UNKNOWN]]), np.array([[0.5, 0.9], [0.1, 0.1]]))
    assert float(levels) == pytest.approx(np.log(2) / 2, abs=1e-5)
    right = first_choice_is_right(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.9, 0.8], [0.9, 0.8]]))
    assert np.asarray(right).tolist() == [1.0, 0.0]
    within = share_within(np.array([[0.5, 0.5, UNKNOWN]]), np.array([[0.55, 0.75, 0.0]]))
    assert np.asarray(within).tolist() == [0.5]
