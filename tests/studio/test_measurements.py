"""What metrics.json says of a training, this demo's own or a reused one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from studio.config import DemoConfig
from studio.measurements import n_training_songs, training_seconds, training_seed, training_summary, versions


def test_epochs_are_counted_from_one_and_the_best_is_that_of_the_validation(history: dict[str, list[float]]) -> None:
    summary = training_summary(history, reused=False)
    assert (summary["epochs"], summary["best_epoch"]) == (3, 2)
    assert summary["best"] == {"loss": 3.0, "val_loss": 2.5, "accuracy": 0.3, "val_accuracy": 0.35}


def test_seed_and_songs_are_those_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "training_config.json").write_text(json.dumps({"trainer": {"seed": 42}}), encoding="utf-8")
    np.savez(tmp_path / "training_songs.npz", train_lengths=np.array([8, 4, 6]))
    assert training_seed(tmp_path) == 42
    assert n_training_songs(tmp_path) == 3


def test_the_time_of_a_reused_training_is_the_one_it_took_then(tmp_path: Path) -> None:
    summary = tmp_path / "chord_generator" / "demo" / "summary.json"
    summary.parent.mkdir(parents=True)
    summary.write_text(json.dumps({"duration_s": 93.4}), encoding="utf-8")
    assert training_seconds(DemoConfig(log_root=str(tmp_path), reuse=True), {"train": 0.01}) == 93.4
    assert training_seconds(DemoConfig(log_root=str(tmp_path)), {"train": 120.0}) == 120.0


def test_versions_are_read_without_importing_a_framework() -> None:
    assert versions()["numpy"] == np.__version__
