"""The classic network has the specified shapes and size, masks what it says, and its twins answer alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from sequence_models.checkpoints import load_model, save_model, transfer_weights
from sequence_models.chord_generator.classic import build_classic_step
from sequence_models.chord_generator.config import ModelConfig, TrainConfig
from sequence_models.chord_generator.loss import NextChordLoss
from sequence_models.chord_generator.model import build_export_model, build_model, make_step_model, state_shapes
from shared.cli import parse
from shared.errors import ConsortError, InputError
from shared.music.chord_tokens import N_TOKENS
from shared.music.conditions import CONDITIONS

CLASSIC_WEIGHTS = 1_165_167
CLASSIC = ModelConfig("classic", conditioning_units=128)
VARIANTS = [CLASSIC, replace(CLASSIC, cell="gru"), replace(CLASSIC, attention=True), replace(CLASSIC, num_layers=1)]


def _feeds(batch: int, length: int = 12, seed: int = 0) -> list[NDArray[np.int32]]:
    rng = np.random.default_rng(seed)
    tokens = rng.integers(1, N_TOKENS, (batch, length), dtype=np.int32)
    asked = [rng.integers(0, len(c.values) + 1, (batch, 1), dtype=np.int32) for c in CONDITIONS]
    return [tokens, *asked]


def test_the_named_departure_is_the_classic_network() -> None:
    assert parse(TrainConfig, ["model=classic"]).model == CLASSIC


def test_parameter_count_by_hand() -> None:
    embeddings = 279 * 128 + 8 * 16 + 27 * 16 + 24 * 12 + 2 * 4
    conditioning = (16 + 16 + 12 + 4) * 128 + 128
    lstm = 2 * 4 * ((256 + 256) * 256 + 256)
    assert embeddings + conditioning + lstm + 256 * 279 + 279 == CLASSIC_WEIGHTS
    assert build_model(CLASSIC).count_params() == CLASSIC_WEIGHTS


@pytest.mark.parametrize("batch", [1, 5])
def test_shapes_and_probabilities(batch: int) -> None:
    model = build_model(CLASSIC)
    names = ["chord_sequence_input", "genre_input", "mood_input", "key_input", "scale_type_input"]
    assert [tensor.name for tensor in model.inputs] == names
    answer = np.asarray(model(_feeds(batch)))
    assert answer.shape == (batch, 12, 279)
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer.sum(axis=-1), 1, rtol=1e-5)


@pytest.mark.parametrize("config", VARIANTS, ids=["lstm", "gru", "attention", "one layer"])
def test_padding_changes_nothing_before_it(config: ModelConfig) -> None:
    model = build_model(config)
    feeds = _feeds(2)
    whole = np.asarray(model(feeds))
    feeds[0][:, 7:] = 0
    np.testing.assert_allclose(np.asarray(model(feeds))[:, :7], whole[:, :7], atol=1e-6)


@pytest.mark.parametrize("config", VARIANTS, ids=["lstm", "gru", "attention", "one layer"])
def test_twins_answer_as_the_trained_model(config: ModelConfig) -> None:
    model = build_model(config)
    window = transfer_weights(model, build_export_model(config))
    feeds = _feeds(3)
    expected = np.asarray(model(feeds))
    np.testing.assert_allclose(np.asarray(window(feeds)), expected, atol=1e-6)
    for step in (transfer_weights(model, build_classic_step(config)), make_step_model(model, config)):
        states = [np.zeros((3, *shape), np.float32) for shape in state_shapes(config).values()]
        for position in range(12):
            tokens = feeds[0][:, [position]]
            answer, *states = (np.asarray(value) for value in step([tokens, *feeds[1:], *states]))
            np.testing.assert_allclose(answer, expected[:, position], atol=1e-6)


def test_unspecified_condition_is_a_zero_vector() -> None:
    layer = build_model(CLASSIC).get_layer("mood_embedding")
    embedded = np.asarray(layer(np.array([[26], [27]])))
    assert np.abs(embedded[0]).max() > 0
    assert np.abs(embedded[1]).max() == 0


def test_conditions_reach_the_answer() -> None:
    model = build_model(CLASSIC)
    feeds = _feeds(1)
    before = np.asarray(model(feeds))
    for index in range(1, 5):
        changed = [array.copy() for array in feeds]
        changed[index][:] = (changed[index] + 1) % 2
        assert np.abs(np.asarray(model(changed)) - before).max() > 0, CONDITIONS[index - 1].name


def test_saved_model_answers_alike(tmp_path: Path) -> None:
    model = build_model(replace(CLASSIC, attention=True))
    save_model(model, tmp_path / "model.keras")
    feeds = _feeds(2)
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(np.asarray(loaded(feeds)), np.asarray(model(feeds)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a zip"])
def test_truncated_checkpoint_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as a Keras model"):
        load_model(tmp_path / "model.keras")


def test_one_batch_can_be_overfitted() -> None:
    keras.utils.set_random_seed(0)
    model = build_model(replace(CLASSIC, num_layers=1, lstm_units=64, dropout=0.0))
    model.compile(keras.optimizers.Adam(0.02), NextChordLoss())
    feeds = _feeds(2)
    targets = np.roll(feeds[0], -1, axis=1)
    history = model.fit(feeds, targets, sample_weight=np.ones_like(targets, float), epochs=70, verbose=0)
    assert history.history["loss"][-1] < 0.1 < history.history["loss"][0]


@pytest.mark.parametrize("words", ["--lstm-units 0", "--num-layers -1", "--dropout 1", "--epochs 0", "--cell rnn"])
def test_impossible_settings_are_refused_by_name(words: str) -> None:
    with pytest.raises(ConsortError, match=words.split()[0]):
        parse(TrainConfig, words.split())
