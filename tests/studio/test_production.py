"""The steps of the demo around a planted training: whose song is played, and what stands beside what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.errors import ConsortError
from shared.files import write_json
from studio import production
from studio.config import DemoConfig
from studio.opening import play_opening
from studio.production import run_demo
from studio.weights import HISTORY, checkpoint_of
from tests.studio.planted_model import plant


@pytest.fixture
def config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metrics: dict[str, Any], history: dict[str, list[float]]
) -> DemoConfig:
    """A quick demo whose training plants a model, and whose evaluation is known."""

    def train(config: DemoConfig, logs: Path) -> None:
        folder = plant(checkpoint_of(config), songs="embedded")
        write_json(folder / HISTORY, history)
        np.savez(folder / "training_songs.npz", train_lengths=np.array([8, 4, 6]))

    monkeypatch.setattr(production, "train_model", train)
    monkeypatch.setattr(production, "evaluate_model", lambda checkpoint, logs: metrics["evaluation"])
    return DemoConfig(output_dir=str(tmp_path / "out"), checkpoint_root=str(tmp_path / "checkpoints"), quick=True)


def _written(output: Path, name: str) -> Any:
    return json.loads((output / name).read_text(encoding="utf-8"))


def test_without_ready_weights_the_training_writes_everything(
    config: DemoConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    output = run_demo(config)
    assert "[7/7]" in capsys.readouterr().out
    assert sorted(path.name for path in (output / "pieces").iterdir()) == ["trained"]
    assert set(_written(output, "progressions.json")) == {"song_by", "trained"}
    metrics = _written(output, "metrics.json")
    assert metrics["song"]["by"] == "trained"
    assert metrics["first_progression_s"] is None
    assert "second network" not in (output / "report.html").read_text(encoding="utf-8")


def test_ready_weights_write_the_song_and_both_the_set_list(
    config: DemoConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.checkpoint = str(plant(tmp_path / "mine"))
    output = run_demo(config, play_opening(config))
    said = capsys.readouterr().out
    assert said.index("A first progression") < said.index("[1/8]") < said.index("song.wav") < said.index("[2/8] Train")
    takes = [sorted(path.name for path in (output / "pieces" / name).iterdir()) for name in ("named", "trained")]
    assert takes[0] == takes[1] == ["jazz-romance.mid", "soul-adoration.mid"]
    progressions = _written(output, "progressions.json")
    assert progressions["song_by"] == "named"
    assert [len(progressions[name]["takes"]) for name in ("named", "trained")] == [2, 2]
    metrics = _written(output, "metrics.json")
    assert list(metrics["weights"]) == ["named", "trained"]
    assert metrics["weights"]["named"]["learned_from"] == "the chords of real songs"
    assert list(metrics["timings_s"]) == ["song", "train", "evaluate", "compose", "arrange", "render", "listen"]
    page = (output / "report.html").read_text(encoding="utf-8")
    assert 'id="listening"' in page
    assert "Songs that <strong>nobody</strong> wrote." in page


def test_without_a_recognizer_nothing_is_heard(
    config: DemoConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(production, "ready_recognizer", lambda: None)
    output = run_demo(config)
    assert "[6/6]" in capsys.readouterr().out
    assert not (output / "song_recognised.lab").exists()
    assert _written(output, "metrics.json")["listening"] == {}
    assert 'id="listening"' not in (output / "report.html").read_text(encoding="utf-8")


def test_the_song_is_there_even_if_the_training_fails_and_the_rest_is_as_before(
    config: DemoConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(config: DemoConfig, logs: Path) -> None:
        raise ConsortError("training failed")

    monkeypatch.setattr(production, "train_model", fail)
    config.checkpoint = str(plant(tmp_path / "mine"))
    output = Path(config.output_dir)
    output.mkdir()
    (output / "report.html").write_text("before", encoding="utf-8")
    with pytest.raises(ConsortError, match="training failed"):
        run_demo(config, play_opening(config))
    assert sorted(path.name for path in output.iterdir()) == ["report.html", "song.mid", "song.wav"]
    assert (output / "report.html").read_text(encoding="utf-8") == "before"
