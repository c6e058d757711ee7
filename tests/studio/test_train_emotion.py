"""One command asks both wings in turn, and gathers what they export in one folder that is then validated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from studio import train_emotion as room
from studio.train_emotion import TrainEmotionConfig, gather, train_emotion

Call = tuple[str, list[str]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """The rooms that are run, which here only leave a file where they should leave exports."""
    seen: list[Call] = []

    def run_room(module: str, arguments: Sequence[str], log_path: Path, what: str) -> None:
        seen.append((module, list(arguments)))
        if module.endswith(".train"):
            model = module.split(".")[1]
            folder = Path(arguments[arguments.index("--checkpoint-root") + 1]) / model / "mine"
            folder.mkdir(parents=True)
            (folder / f"{model}.onnx").touch()

    monkeypatch.setattr(room, "run_room", run_room)
    return seen


def flag(call: Call, name: str) -> str:
    return call[1][call[1].index(name) + 1]


@pytest.mark.parametrize("source", ["synthetic", "real"])
def test_both_wings_are_trained_and_validated(source: str, calls: list[Call], tmp_path: Path) -> None:
    config = TrainEmotionConfig(
        source, num_samples=50, epochs=3, run_name="mine", log_root=str(tmp_path / "logs"),
        checkpoint_root=str(tmp_path / "checkpoints"),
    )  # fmt: skip
    together = train_emotion(config)
    assert [module for module, _ in calls] == [
        "sequence_models.midi_models.train", "audio_models.emotion_recognizer.prepare",
        "audio_models.emotion_recognizer.train", "shared.export.verify",
    ]  # fmt: skip
    assert (flag(calls[0], "--task"), flag(calls[0], "--source"), flag(calls[0], "--epochs")) == ("all", source, "3")
    assert ("--corpora" in calls[1][1]) == (source == "real")
    assert flag(calls[1], "--output-dir") == flag(calls[2], "--folder")
    assert flag(calls[3], "--models-dir") == str(together)
    assert sorted(path.name for path in together.iterdir()) == ["emotion_recognizer.onnx", "midi_models.onnx"]


def test_only_exports_and_what_belongs_to_them_are_gathered(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in ("net.onnx", "net.json", "net.keras", "net_reference.npz", "net_results.json", "config.json"):
        (run / name).touch()
    gather(run, tmp_path / "together")
    found = sorted(path.name for path in (tmp_path / "together").iterdir())
    assert found == ["net.json", "net.onnx", "net_reference.npz", "net_results.json"]
