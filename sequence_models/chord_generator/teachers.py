"""Learning from teachers: what other runs' networks expect is learned beside what the songs say.

A song shows one chord where several might have come. Networks that were trained from other first weights err in
different places, and their mean knows better than any of them which chords those are; a network of the same size
that learns the mean keeps nearly all of it (Hinton, Vinyals & Dean 2015, sec. 2, at temperature 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from keras import ops

from sequence_models.checkpoints import load_model
from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import ModelConfig
from shared.errors import ConsortError


def read_teachers(names: str, pupil: ModelConfig) -> list[keras.Model]:
    """Return the networks of the run folders that `names` lists, separated by commas.

    Raises:
        ConsortError: when a folder holds no run, or a network that hears songs another way than the pupil.
    """
    return [_read(Path(name.strip()), pupil) for name in names.split(",") if name.strip()]


def _read(folder: Path, pupil: ModelConfig) -> keras.Model:
    if not (folder / run_folder.CONFIG_FILE).is_file():
        raise ConsortError(f"the teacher {folder} is no run folder; name such as checkpoints/chord_generator/RUN")
    model, _ = run_folder.read_settings(folder)
    if _hears(model) != _hears(pupil):
        raise ConsortError(
            f"the teacher {folder} hears {_hears(model)} and the network to be trained {_hears(pupil)}; "
            "give both the same model.architecture"
        )
    return load_model(folder / run_folder.FINAL_MODEL)


def _hears(model: ModelConfig) -> str:
    return f"windows of {model.sequence_length} chords" if model.is_classic else "whole songs"


def learn_from(teachers: Sequence[keras.Model], pupil: keras.Model, share: float) -> None:
    """Let `pupil`, before it is compiled, learn the mean of the teachers' probabilities with `share` of its loss.

    Validation goes on by the songs alone. The teachers are no part of the pupil: no file of it holds them.
    """
    by_songs = pupil.compute_loss

    def compute_loss(
        x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> keras.KerasTensor:
        loss = by_songs(x, y, y_pred, sample_weight, training)
        if not training:
            return loss
        expected = ops.stop_gradient(sum(teacher(x, training=False) for teacher in teachers) / len(teachers))
        return (1 - share) * loss + share * expected_loss(expected, y_pred, sample_weight)

    pupil.compute_loss = compute_loss


def expected_loss(
    expected: keras.KerasTensor, probabilities: keras.KerasTensor, weights: keras.KerasTensor
) -> keras.KerasTensor:
    """Return the cross-entropy of distributions [batch, length, 279], mean over weights [batch, length], in nats."""
    logs = ops.log(ops.clip(probabilities, keras.config.epsilon(), 1.0))
    each = -ops.sum(expected * logs, axis=-1)
    return ops.sum(each * weights) / ops.maximum(ops.sum(weights), 1e-12)
