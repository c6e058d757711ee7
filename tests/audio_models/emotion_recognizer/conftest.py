"""Prepared synthetic examples, and one tiny trained and exported run, shared by the tests of the rooms."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio_models.emotion_recognizer.config import ExportConfig, PrepareConfig, TrainConfig
from audio_models.emotion_recognizer.export import export
from audio_models.emotion_recognizer.prepare import prepare
from audio_models.emotion_recognizer.train import train
from shared.cli import parse
from tests.made_once import made_once


def tiny(prepared: Path, root: Path, name: str, *words: str) -> TrainConfig:
    """Return the configuration of a short run below `root`, without an export."""
    places = ["--data.folder", str(prepared), "--checkpoint-root", str(root), "--log-root", str(root / "logs")]
    short = ["--epochs", "3", "--batch-size", "32", "--run-name", name, "--no-export"]
    return parse(TrainConfig, [*places, *short, *words])


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 synthetic examples of 60 groups."""
    return made_once(
        tmp_path_factory, "emotion_examples", lambda folder: prepare(PrepareConfig(num_samples=600, output_dir=folder))
    )


@pytest.fixture(scope="session")
def run(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny run; the file that takes the waveform is tested where it ships."""

    def make(root: Path) -> None:
        train(tiny(prepared, root, "tiny"))
        export(ExportConfig(checkpoint=str(root / "emotion_recognizer" / "tiny"), waveform=False))

    return made_once(tmp_path_factory, "emotion_run", make) / "emotion_recognizer" / "tiny"
