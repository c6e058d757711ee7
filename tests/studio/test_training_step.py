"""The step that trains: the command line of the room, reuse, and what happens to an earlier model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.cli import parse
from shared.errors import ConsortError, InputError
from studio import training
from studio.config import DemoConfig
from studio.training import train_arguments, train_model
from studio.weights import HISTORY, STEP_MODEL, checkpoint_of


def _config(root: Path, **changes: object) -> DemoConfig:
    settings = {"checkpoint_root": str(root / "checkpoints"), "log_root": str(root / "logs")}
    return DemoConfig(**(settings | changes))  # type: ignore[arg-type]


def test_limits_are_passed_on_only_when_they_are_given(tmp_path: Path) -> None:
    plain = train_arguments(_config(tmp_path))
    assert plain[0] == "trainer=demo"
    assert "--epochs" not in plain
    limited = train_arguments(_config(tmp_path, epochs=3, time_limit_s=20.5, seed=5, songs="my.txt"))
    pairs = dict(zip(limited[1::2], limited[2::2], strict=True))
    assert pairs["--epochs"] == "3"
    assert pairs["--time-limit-s"] == "20.5"
    assert pairs["--seed"] == "5"
    assert pairs["--songs"] == "my.txt"
    assert "trainer=quick_test" in train_arguments(_config(tmp_path, quick=True))


def test_reuse_needs_a_finished_model(tmp_path: Path) -> None:
    config = _config(tmp_path, reuse=True)
    with pytest.raises(ConsortError, match="no trained model to reuse; run the demo once without --reuse"):
        train_model(config, tmp_path)
    checkpoint_of(config).mkdir(parents=True)
    for name in (STEP_MODEL, HISTORY):
        (checkpoint_of(config) / name).write_text("{}", encoding="utf-8")
    train_model(config, tmp_path)
    assert not (tmp_path / "train.log").exists()


@pytest.mark.parametrize("fails", [False, True])
def test_an_earlier_model_gives_way_only_to_a_complete_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    config = _config(tmp_path)
    weights = checkpoint_of(config) / "weights"
    weights.parent.mkdir(parents=True)
    weights.write_text("old", encoding="utf-8")

    def run_room(module: str, arguments: Sequence[str], log_path: Path, what: str) -> None:
        assert module == "sequence_models.chord_generator.train"
        weights.parent.mkdir(parents=True)
        weights.write_text("new", encoding="utf-8")
        if fails:
            raise ConsortError("training failed")

    monkeypatch.setattr(training, "run_room", run_room)
    if fails:
        with pytest.raises(ConsortError, match="training failed"):
            train_model(config, tmp_path)
    else:
        train_model(config, tmp_path)
    assert weights.read_text(encoding="utf-8") == ("old" if fails else "new")


def test_a_wrong_name_is_refused_before_the_training() -> None:
    with pytest.raises(InputError, match="nearest: jazz"):
        parse(DemoConfig, ["--genre", "jaz"])
    with pytest.raises(InputError, match="unknown mood 'hapiness'"):
        parse(DemoConfig, ["--chorus-mood", "hapiness"])
    with pytest.raises(InputError, match="H:major"):
        parse(DemoConfig, ["--key", "H:major"])
