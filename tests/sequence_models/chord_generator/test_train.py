"""A run leaves what it promises, goes on after a kill to the same bits, and refuses what does not fit."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import pytest

from sequence_models.callbacks import StopOnNaN
from sequence_models.chord_generator.config import ModelConfig, TrainConfig, TrainerConfig
from sequence_models.chord_generator.run_folder import differences
from sequence_models.chord_generator.train import main, train
from shared.cli import parse
from shared.errors import ConsortError
from shared.files import read_json
from tests.sequence_models.chord_generator.conftest import tiny_config

ROOT = Path(__file__).resolve().parents[3]
CONFIGS = ROOT / "sequence_models" / "chord_generator" / "configs"
DEPARTURES = sorted(f"{path.parent.name}={path.stem}" for path in CONFIGS.glob("*/*.yaml"))

_KILLED = """
import json, os, signal, sys
import keras
from sequence_models.chord_generator import stretches, windows
from sequence_models.chord_generator.config import DataConfig, ModelConfig, TrainConfig, TrainerConfig
from sequence_models.chord_generator.train import train

content = json.loads(sys.argv[1])
config = TrainConfig(**{**content, "model": ModelConfig(**content["model"]), "data": DataConfig(**content["data"]),
                        "trainer": TrainerConfig(**content["trainer"])})
kind = windows.TrainingWindows if config.model.is_classic else stretches.TrainingStretches
read = kind.__getitem__
def deadly(self, index):
    if self.epoch == 2 and index == len(self) // 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(self, index)
kind.__getitem__ = deadly
if config.model.is_classic:
    keras.src.trainers.trainer.Trainer.run_eagerly = property(lambda self: True, lambda self, value: None)
train(config)
"""


def _weights(root: Path, name: str) -> list[np.ndarray]:
    path = root / "checkpoints" / "chord_generator" / name / "chord_generator.keras"
    return keras.saving.load_model(path, compile=False).get_weights()


def test_run_folder_holds_what_every_room_needs(run: Path) -> None:
    expected = {
        "best.keras", "chord_generator.keras", "training_config.json", "training_history.json",
        "test_results.json", "generated_samples.json", "vocabulary.json", "training_songs.npz", "export_parity.json",
        *(f"chord_generator{kind}.{suffix}" for kind in ("", "_step") for suffix in ("onnx", "json", "md")),
    }  # fmt: skip
    assert expected <= {path.name for path in run.iterdir()}
    history = read_json(run / "training_history.json")
    assert len(history["epoch"]) == len(history["loss"]) == len(history["val_loss"]) == 2
    logs = run.parents[2] / "logs" / "chord_generator" / "tiny"
    assert {"history.csv", "metrics.json", "summary.json", "config.json"} <= {path.name for path in logs.iterdir()}
    assert list(logs.rglob("events.out.tfevents.*"))
    assert len((logs / "history.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize("architecture", ["song", "classic"])
def test_killed_run_resumes_to_identical_weights(
    architecture: str, songs_file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    # The song network as a compiled graph, as people train it; the classic one, to save the time, as written.
    if architecture == "classic":
        request.getfixturevalue("step_by_step")
    whole, broken = (tiny_config(songs_file, tmp_path, name, 4, architecture) for name in ("whole", "broken"))
    for config in (whole, broken):
        config.export, config.trainer.batch_size = False, 16
    train(whole)
    command = [sys.executable, "-c", textwrap.dedent(_KILLED), json.dumps(asdict(broken))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    folder = tmp_path / "checkpoints" / "chord_generator" / "broken"
    assert read_json(folder / "state" / "state.json")["epoch"] == 1
    assert not (folder / "chord_generator.keras").exists()
    broken.resume = True
    train(broken)
    for expected, found in zip(_weights(tmp_path, "whole"), _weights(tmp_path, "broken"), strict=True):
        np.testing.assert_array_equal(found, expected)
    logs = [(tmp_path / "logs" / "chord_generator" / name / "history.csv").read_text() for name in ("whole", "broken")]
    assert logs[0] == logs[1]


@pytest.mark.usefixtures("step_by_step")
def test_same_seed_same_weights_other_seed_others(songs_file: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        config = tiny_config(songs_file, tmp_path, name, epochs=1)
        config.export, config.trainer.seed = False, seed
        train(config)
    a, b, c = (_weights(tmp_path, name) for name in "abc")
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert not all(np.array_equal(x, y) for x, y in zip(a, c, strict=True))


def test_resume_with_other_settings_names_them(run: Path, songs_file: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "checkpoints" / "chord_generator" / "tiny")
    config = tiny_config(songs_file, tmp_path, "tiny", epochs=9)
    config.resume = True
    with pytest.raises(ConsortError, match=r"other settings \(trainer.epochs: 2 -> 9\)"):
        train(config)
    config.run_name = "absent"
    with pytest.raises(ConsortError, match="nothing to resume"):
        train(config)


@pytest.mark.usefixtures("step_by_step")
def test_fine_tuning_begins_with_the_given_weights(run: Path, songs_file: Path, tmp_path: Path) -> None:
    config = tiny_config(songs_file, tmp_path, "tuned", epochs=1)
    config.finetune_from, config.export, config.data.genre = str(run), False, "jazz"
    config.trainer.learning_rate = 1e-9
    train(config)
    before = keras.saving.load_model(run / "chord_generator.keras", compile=False).get_weights()
    for expected, found in zip(before, _weights(tmp_path, "tuned"), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    config.model.lstm_units = 32
    with pytest.raises(ConsortError, match=r"another network \(model.lstm_units: 16 -> 32\)"):
        train(config)


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("departure", DEPARTURES)
def test_every_named_config_is_built_and_trained_one_step(
    departure: str, songs_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chords-unified").mkdir()
    monkeypatch.setenv("CONSORT_DATA", str(tmp_path))
    packed = gzip.compress(songs_file.read_bytes())
    (tmp_path / "chords-unified" / "songs.jsonl.gz").write_bytes(packed)
    roots = [f"--log-root={tmp_path}/logs", f"--checkpoint-root={tmp_path}/checkpoints"]
    data = [] if departure.startswith("data=") else [f"songs={songs_file}"]
    assert main([departure, *data, "--epochs", "1", "--run-name", "x", "--no-export", *roots]) == 0
    assert (tmp_path / "checkpoints" / "chord_generator" / "x" / "chord_generator.keras").is_file()


def test_the_documented_command_line_fills_the_fields() -> None:
    words = "--batch-size 64 --epochs 100 --lr 0.0005 --lstm-units 512 --embedding-dim 256 --dropout 0.4"
    config = parse(TrainConfig, words.split())
    assert config.trainer == TrainerConfig(epochs=100, batch_size=64, learning_rate=0.0005)
    assert config.model == ModelConfig(lstm_units=512, embedding_dim=256, dropout=0.4)


def test_loss_that_is_no_number_names_the_batch() -> None:
    with pytest.raises(ConsortError, match="loss of batch 7 is not a number"):
        StopOnNaN().on_train_batch_end(7, {"loss": float("nan")})


def test_differences_are_named_with_their_group() -> None:
    before, after = {"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1, "c": 5}, "d": 3}
    assert differences(before, after) == ["a.c: 2 -> 5"]
