"""A checkpoint that cannot be finished costs nothing: the one before it stays whole."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from sequence_models.callbacks import BestModel
from sequence_models.checkpoints import TrainingState, load_model, save_model
from shared.errors import ConsortError


@pytest.fixture
def model() -> keras.Model:
    inputs = keras.Input((2,))
    made = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    made.compile("adam", "mse")
    return made


def _fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every save of Keras write half a file and fail."""

    def half(self: keras.Model, path: Any, *_: object, **__: object) -> None:
        Path(path).write_bytes(b"half a model")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", half)
    monkeypatch.setattr(keras.Model, "save_weights", half)


def test_full_disk_leaves_the_model_before(model: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.keras"
    save_model(model, path)
    _fill_the_disk(monkeypatch)
    with pytest.raises(ConsortError, match=r"No space left on device.*intact"):
        save_model(model, path)
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]
    np.testing.assert_array_equal(load_model(path).get_weights()[0], model.get_weights()[0])


def test_full_disk_leaves_the_state_before(model: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = TrainingState(tmp_path / "state")
    model.optimizer.build(model.trainable_variables)
    state.save(model, 0, {"history": {"loss": [1.0]}})
    kept = model.get_weights()
    with monkeypatch.context() as patch:
        _fill_the_disk(patch)
        with pytest.raises(ConsortError, match="No space left on device"):
            state.save(model, 1, {"history": {"loss": [1.0, 0.5]}})
    model.set_weights([weight + 1 for weight in kept])
    assert state.restore(model)["epoch"] == 0
    for expected, found in zip(kept, model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_best_model_is_replaced_only_by_a_whole_and_better_one(
    model: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "best.keras"
    callback = BestModel(path)
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_end(0, {"val_loss": 1.0})
    first = path.read_bytes()
    callback.on_epoch_end(1, {"val_loss": 2.0})
    assert path.read_bytes() == first
    with monkeypatch.context() as patch:
        _fill_the_disk(patch)
        with pytest.raises(OSError, match="No space left"):
            callback.on_epoch_end(2, {"val_loss": 0.5})
    assert path.read_bytes() == first
    model.set_weights([weight + 1 for weight in model.get_weights()])
    callback.on_epoch_end(3, {"val_loss": 0.4})
    np.testing.assert_array_equal(load_model(path).get_weights()[0], model.get_weights()[0])


def test_resuming_nothing_is_one_sentence(model: keras.Model, tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match="no finished epoch to resume"):
        TrainingState(tmp_path / "state").restore(model)
