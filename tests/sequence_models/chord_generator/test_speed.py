"""The speed comparison measures what it says, and leaves its table; no test asserts a time."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from benchmarks import chord_speed
from benchmarks.chord_speed import main, side_by_side, step_loop, whole_feeds, window_loop
from shared.decoding.onnx_step import OnnxStepModel
from shared.files import read_json
from shared.runtime import OnnxModel


def test_window_loop_feeds_each_chord_back() -> None:
    seen = []

    def predict(tokens: np.ndarray) -> np.ndarray:
        seen.append(tokens[0].tolist())
        answer = np.zeros((len(tokens), 12, 279), np.float32)
        answer[:, np.arange(12), np.arange(12) + 10] = 1.0
        return answer

    assert window_loop(predict, batch=2).tolist() == [list(range(10, 22))] * 2
    assert seen[0] == [1] + [0] * 11
    assert seen[-1] == [1, *range(10, 21)]


def test_both_loops_write_the_same_chords(each_run: Path) -> None:
    window = OnnxModel(each_run / "chord_generator.onnx")
    names = [spec.name for spec in window.signature.inputs]

    def predict(tokens: np.ndarray) -> np.ndarray:
        return window.run(whole_feeds(names, tokens))["probabilities"]

    step = OnnxStepModel(each_run / "chord_generator_step.onnx")
    np.testing.assert_array_equal(step_loop(step, batch=3), window_loop(predict, batch=3))


def test_ways_are_timed_in_turns() -> None:
    calls: list[str] = []
    medians = side_by_side({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=3)
    turns = [name for name, _ in itertools.groupby(calls)]
    assert turns == ["a", "b"] * 4  # warm-up, then three turns
    assert all(value >= 0 for value in medians.values())


def test_benchmark_writes_every_bar(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chord_speed, "SONG_CHORDS", 6)  # Keras takes a second for every ten
    assert main(["--checkpoint", str(run), "--repeats", "1", "--output-dir", str(tmp_path)]) == 0
    result = read_json(tmp_path / "chord_speed.json")
    assert len(result["rows"]) == 9
    bars = {bar["name"]: bar for bar in result["bars"]}
    assert len(bars) == 9
    assert bars["largest difference between ONNX Runtime and Keras"]["holds"]
    assert bars["argmax agreement of ONNX Runtime and Keras"]["value"] == 1.0
    printed = capsys.readouterr().out
    assert all(name in printed for name in bars)
