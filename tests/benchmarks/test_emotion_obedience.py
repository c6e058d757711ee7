"""The benchmark's arithmetic: a judge finds what it was told; obedience is rank correlation with what was asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.emotion_obedience import Composed, Judge, compose_nodes, fit_judge, rows_of
from shared.datasets import vgmidi
from shared.decoding.emotion_models import OnnxNets
from shared.decoding.onnx_step import OnnxStepModel
from shared.metrics.emotion import Ridge
from shared.metrics.emotion_features import FEATURES
from studio.compose import chord_model
from tests.planted_nets import plant_nets


def test_rows_compare_what_was_asked_with_what_is_measured() -> None:
    asked = np.linspace(-1, 1, 40)[:, None] * np.array([1.0, -1.0])
    ridge = Ridge(np.zeros(2), np.ones(2), np.eye(2), np.zeros(2))
    valence, arousal = rows_of(
        Composed("pop", asked, asked**3, 1.0, np.ones(40)), Judge("planted", ridge, 9, (0.5, 0.8))
    )
    assert valence["spearman"] == arousal["spearman"] == 1
    assert abs(valence["control"]) < 0.5
    assert (valence["heard"], arousal["heard"]) == (0.5, 0.8)


def test_nodes_are_composed_in_the_key(tmp_path: Path) -> None:
    composed = compose_nodes("folk", 4, 54, OnnxNets(plant_nets(tmp_path)), OnnxStepModel(chord_model("")))
    assert composed.asked.shape == (4, 2)
    assert composed.features.shape == (4, len(FEATURES))
    assert composed.key_adherence >= 0.98
    assert (composed.seconds > 0).all()


def test_a_judge_tells_arousal_of_songs_kept_out(consort_data: Path) -> None:
    judge = fit_judge("vgmidi", list(vgmidi.tracks(consort_data / vgmidi.NAME))[:90])
    assert judge.pieces == 90
    assert judge.heard[1] > 0.6
