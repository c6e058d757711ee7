"""A pupil learns the mean of its teachers; padding weighs nothing, and who hears songs another way cannot teach."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from sequence_models.chord_generator.config import DataConfig
from sequence_models.chord_generator.data import load_splits
from sequence_models.chord_generator.loss import NextChordLoss
from sequence_models.chord_generator.stretches import FixedStretches
from sequence_models.chord_generator.teachers import expected_loss, learn_from, read_teachers
from sequence_models.chord_generator.train import train
from shared.errors import ConsortError
from tests.sequence_models.chord_generator.conftest import tiny_config, tiny_model

PROBABILITIES = np.array([[[0.5, 0.25, 0.25], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]]], np.float32)
WEIGHTS = np.array([[1.0, 1.0, 0.0]], np.float32)


def test_loss_is_the_cross_entropy_of_the_expected_distribution() -> None:
    expected = np.array([[[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]], np.float32)
    first, second = -(np.log(0.5) + np.log(0.25)) / 2, -np.log(0.1)
    assert float(expected_loss(expected, PROBABILITIES, WEIGHTS)) == pytest.approx((first + second) / 2, rel=1e-6)
    certain = np.eye(3, dtype=np.float32)[[[0, 1, 0]]]
    by_songs = NextChordLoss()(np.array([[0, 1, 0]]), PROBABILITIES, sample_weight=WEIGHTS)
    assert float(expected_loss(certain, PROBABILITIES, WEIGHTS)) == pytest.approx(float(by_songs), rel=1e-6)


def test_share_mixes_both_losses_in_training_alone(run: Path, songs_file: Path) -> None:
    teacher = keras.saving.load_model(run / "chord_generator.keras", compile=False)
    pupil = keras.models.clone_model(teacher)
    x, y, weights = _batch(songs_file)
    own = pupil(x, training=False)
    pupil.compile(loss=NextChordLoss())
    by_songs = float(pupil.compute_loss(x, y, own, weights, training=True))
    learn_from([teacher, pupil], pupil, 0.25)
    pupil.compile(loss=NextChordLoss())
    mean = (np.asarray(teacher(x, training=False)) + np.asarray(own)) / 2
    by_teachers = float(expected_loss(mean, own, weights))
    mixed = float(pupil.compute_loss(x, y, own, weights, training=True))
    assert mixed == pytest.approx(0.75 * by_songs + 0.25 * by_teachers, rel=1e-5)
    assert float(pupil.compute_loss(x, y, own, weights, training=False)) == pytest.approx(by_songs, rel=1e-6)
    assert len(pupil.trainable_variables) == len(teacher.trainable_variables)


@pytest.mark.usefixtures("step_by_step")
def test_taught_network_comes_nearer_to_its_teacher(run: Path, songs_file: Path, tmp_path: Path) -> None:
    x, _, weights = _batch(songs_file)
    teacher = keras.saving.load_model(run / "chord_generator.keras", compile=False)
    away = []
    for name, teachers in (("alone", ""), ("taught", f"{run}, {run}")):
        config = tiny_config(songs_file, tmp_path, name, epochs=1)
        config.export, config.trainer.teachers, config.trainer.teaching = False, teachers, 1.0
        train(config)
        path = tmp_path / "checkpoints" / "chord_generator" / name / "chord_generator.keras"
        found = keras.saving.load_model(path, compile=False)(x, training=False)
        away.append(float(expected_loss(teacher(x, training=False), found, weights)))
    assert away[1] < away[0]


def test_teachers_that_cannot_teach_are_named(classic_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match="hears windows of 12 chords and the network to be trained whole songs"):
        read_teachers(str(classic_run), tiny_model())
    with pytest.raises(ConsortError, match="absent is no run folder"):
        read_teachers(f"{classic_run},{tmp_path / 'absent'}", tiny_model("classic"))
    assert read_teachers("", tiny_model()) == []


def _batch(songs: Path) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    return FixedStretches(load_splits(DataConfig(songs=str(songs))).validation, 4)[0]
