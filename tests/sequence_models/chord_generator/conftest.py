"""Small songs and one tiny trained run, shared by the tests of the chord generator's rooms."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from sequence_models.chord_generator.config import DataConfig, ModelConfig, TrainConfig, TrainerConfig
from sequence_models.chord_generator.train import train
from tests.made_once import made_once

_LOOPS = {
    "pop": ("C:maj", "G:maj", "A:min", "F:maj"),
    "jazz": ("D:min7", "G:7", "C:maj7", "A:7"),
    "blues": ("C:7", "F:7", "C:7", "G:7"),
    "folk": ("G:maj", "C:maj", "G:maj", "D:maj"),
}


def tiny_model(architecture: str = "song") -> ModelConfig:
    """Return a network that trains in a second."""
    return ModelConfig(architecture, num_layers=1, lstm_units=16, embedding_dim=16, conditioning_units=8, memory=24)


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute as written instead of as a compiled graph, whose tracing takes most of the time of a tiny training."""
    trainer = keras.src.trainers.trainer.Trainer
    monkeypatch.setattr(trainer, "run_eagerly", property(lambda self: True, lambda self, value: None))


@pytest.fixture(scope="session")
def songs_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 songs of four genres in the chords-unified schema, with splits."""
    return made_once(tmp_path_factory, "songs", _write_songs) / "songs.jsonl"


def _write_songs(folder: Path) -> None:
    lines, rng = [], np.random.default_rng(0)
    for index in range(24):
        genre = list(_LOOPS)[index % 4]
        # An ending of each song's own: equal progressions would be one group, in one split.
        ending = rng.choice(["C:maj", "D:min", "E:min7", "F:maj7", "G:7", "A:min"], 9).tolist()
        chords = list(_LOOPS[genre]) * (2 + index % 5) + ending
        lines.append(
            {
                "id": f"song-{index}", "dataset": "tiny" if index % 2 else "other", "licence": "CC0-1.0",
                "title": f"Song {index}", "genre": [genre], "key": "C:maj" if genre != "folk" else "G:maj",
                "mood": "joy", "chords": chords,
                "split": "test" if index % 6 == 5 else "validation" if index % 6 == 4 else "train",
            }
        )  # fmt: skip
    text = "\n".join(json.dumps(line) for line in lines) + "\n"
    (folder / "songs.jsonl").write_text(text, encoding="utf-8")


def tiny_config(songs: Path, root: Path, name: str, epochs: int = 2, architecture: str = "song") -> TrainConfig:
    """Return the configuration of a tiny run below `root`."""
    return TrainConfig(
        model=tiny_model(architecture),
        data=DataConfig(songs=str(songs)),
        trainer=TrainerConfig(epochs=epochs, batch_size=4, learning_rate=0.01, warmup_steps=2),
        run_name=name,
        log_root=str(root / "logs"),
        checkpoint_root=str(root / "checkpoints"),
    )


def _trained(architecture: str, songs: Path, factory: pytest.TempPathFactory) -> Path:
    root = made_once(
        factory, f"{architecture}-run", lambda root: train(tiny_config(songs, root, "tiny", architecture=architecture))
    )
    return root / "checkpoints" / "chord_generator" / "tiny"


@pytest.fixture(scope="session")
def run(songs_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a tiny song network that was trained, evaluated and exported."""
    return _trained("song", songs_file, tmp_path_factory)


@pytest.fixture(scope="session")
def classic_run(songs_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a tiny classic network."""
    return _trained("classic", songs_file, tmp_path_factory)


@pytest.fixture(params=["song", "classic"])
def each_run(request: pytest.FixtureRequest) -> Path:
    """Both in turn."""
    folder: Path = request.getfixturevalue("run" if request.param == "song" else "classic_run")
    return folder
