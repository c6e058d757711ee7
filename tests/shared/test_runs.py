"""Run folders, snapshots, seeds and revisions."""

from __future__ import annotations

import dataclasses
import enum
import os
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared import runs
from shared.errors import ConsortError, InputError
from shared.files import read_json
from shared.runs import config_snapshot, git_revision, latest_run, seed_everything, start_run, version


class Cell(enum.Enum):
    """A choice."""

    LSTM = 1


@dataclasses.dataclass
class Inner:
    """A group."""

    songs: Path = Path("a/b")
    dims: tuple[int, ...] = (2, 3)


@dataclasses.dataclass
class Config:
    """A config with everything that a field may be."""

    inner: Inner = dataclasses.field(default_factory=Inner)
    cell: Cell = Cell.LSTM
    genre: str | None = None
    weights: Any = None


def start(tmp_path: Path, name: str = "") -> runs.Run:
    return start_run("chord_generator", Config(), name, tmp_path / "logs", tmp_path / "checkpoints")


def test_a_run_without_a_name_is_named_by_date_and_time(tmp_path: Path) -> None:
    run = start(tmp_path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", run.name)
    assert run.log_dir == tmp_path / "logs" / "chord_generator" / run.name
    assert run.checkpoint_dir == tmp_path / "checkpoints" / "chord_generator" / run.name
    assert run.checkpoint_dir.is_dir()
    assert read_json(run.log_dir / "config.json") == config_snapshot(Config())


def test_runs_of_the_same_second_do_not_share_a_folder(tmp_path: Path) -> None:
    names = [start(tmp_path).name for _ in range(12)]
    assert len(set(names)) == 12
    assert sorted(path.name for path in (tmp_path / "logs" / "chord_generator").iterdir()) == sorted(names)


def test_a_named_run_is_continued(tmp_path: Path) -> None:
    first = start(tmp_path, "blues-1")
    (first.checkpoint_dir / "weights").write_text("kept", encoding="utf-8")
    again = start(tmp_path, "blues-1")
    assert again == first
    assert (again.checkpoint_dir / "weights").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("name", ["../x", "a/b", "..", ".hidden", "a b", "-x", "a\n"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a folder"):
        start(tmp_path, name)
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("name", ["", "mine"])
def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ConsortError, match=r"cannot make the folder .*logs.*; choose another folder"):
        start(tmp_path, name)


def test_figures_and_summary_are_written_with_their_origin(tmp_path: Path) -> None:
    run = start(tmp_path, "x")
    run.write_metrics({"overall": {"perplexity": 3.5}})
    run.write_summary({"best_epoch": 4})
    assert read_json(run.log_dir / "metrics.json") == {"overall": {"perplexity": 3.5}}
    summary = read_json(run.log_dir / "summary.json")
    assert summary.pop("duration_s") >= 0
    assert summary == {
        "model": "chord_generator",
        "run": "x",
        "git_revision": git_revision(),
        "checkpoint_dir": str(run.checkpoint_dir),
        "best_epoch": 4,
    }


def test_a_snapshot_holds_plain_values() -> None:
    config = Config(weights={"a": np.float32(0.5), 2: [np.int64(3), {"x"}]})
    assert config_snapshot(config) == {
        "inner": {"songs": "a/b", "dims": [2, 3]},
        "cell": "LSTM",
        "genre": None,
        "weights": {"a": 0.5, "2": [3, ["x"]]},
    }


@pytest.mark.parametrize("wrong", [Config, {"a": 1}, Config(weights=object())])
def test_a_snapshot_of_something_else_is_our_fault(wrong: Any) -> None:
    with pytest.raises(TypeError):
        config_snapshot(wrong)


def test_the_latest_run_is_the_one_written_last(tmp_path: Path) -> None:
    for age, name in enumerate(["newest", "older", "empty"]):
        run = start(tmp_path, name)
        if name != "empty":
            (run.checkpoint_dir / "best.keras").touch()
        os.utime(run.checkpoint_dir, (1_000_000 - age, 1_000_000 - age))
    (start(tmp_path, "interrupted").checkpoint_dir / "training_config.json").touch()
    root = tmp_path / "checkpoints"
    assert latest_run("chord_generator", root, having="best.keras").name == "newest"
    assert latest_run("chord_generator", root).name == "interrupted"


def test_without_a_run_the_training_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sequence_models" / "chord_generator").mkdir(parents=True)
    (tmp_path / "sequence_models" / "chord_generator" / "train.py").touch()
    monkeypatch.setattr(runs, "PROJECT_ROOT", tmp_path)
    sentence = r"holds no run with best.keras of chord_generator; train one: python -m sequence_models\.chord_generator"
    with pytest.raises(ConsortError, match=sentence):
        latest_run("chord_generator", tmp_path / "none", having="best.keras")


def test_one_seed_gives_one_sequence_of_numbers() -> None:
    def draw(seed: int) -> list[float]:
        generator = seed_everything(seed)
        return [random.random(), float(np.random.random()), float(generator.random())]

    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
    assert len(draw(2**40)) == 3  # more than the legacy generator takes
    with pytest.raises(InputError, match="seed is -1"):
        seed_everything(-1)


def test_the_revision_is_a_commit_or_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?|unknown", git_revision())
    monkeypatch.setenv("PATH", str(tmp_path))  # no git here
    assert git_revision() == "unknown"


def test_outside_a_checkout_the_revision_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PROJECT_ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_revision() == "unknown"


def test_the_version_is_that_of_the_project() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", version())
