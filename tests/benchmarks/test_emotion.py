"""The gathering of the emotion benchmarks, and the pieces of recognition that need no corpus."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import emotion
from benchmarks.emotion_recognition import FOLDS, NAME, fold_of, recognition_rows, speed_rows, with_others
from benchmarks.report import Bar, write_benchmark
from shared.files import read_json
from tests.audio_models.emotion_recognizer.test_data import example


def test_parts_run_by_themselves_and_what_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_benchmark("emotion_thesaurus", "c", [{"figure": "old"}], [Bar.at_least("old", 1, 2)], tmp_path)
    asked: list[str] = []

    def measured(command: list[str], **_: object) -> SimpleNamespace:
        module, folder = command[2], Path(command[4])
        asked.append(module)
        if module.endswith("nets"):
            write_benchmark("emotion_nets", "c", [{"net": "melody"}], [Bar.at_most("new", 1, 2)], folder)
        return SimpleNamespace(returncode=0 if module.endswith("nets") else 2)

    monkeypatch.setattr(emotion, "subprocess", SimpleNamespace(run=measured))
    assert emotion.main(["--parts", "nets,obedience", "--output-dir", str(tmp_path)]) == 1
    assert asked == ["benchmarks.emotion_nets", "benchmarks.emotion_obedience"]
    said = capsys.readouterr()
    assert "obedience" in said.err
    assert "MISSED  old" in said.out
    result = read_json(tmp_path / "emotion.json")
    assert result["rows"] == [{"of": "thesaurus", "figure": "old"}, {"of": "nets", "net": "melody"}]
    assert [bar["holds"] for bar in result["bars"]] == [False, True]
    assert emotion.main(["--parts", "nest", "--output-dir", str(tmp_path)]) == 2
    assert emotion.main(["--parts", "", "--output-dir", str(tmp_path / "empty")]) == 2


def test_folds_part_no_song() -> None:
    examples = [example(number % 11) for number in range(44)]
    folds = fold_of(examples)
    assert set(folds) == set(range(FOLDS))
    for group in {e.group for e in examples}:
        assert len({fold for e, fold in zip(examples, folds, strict=True) if e.group == group}) == 1


def test_rows_hold_a_figure_per_model() -> None:
    asked = [example(number, valence=value) for number, value in enumerate((-0.4, 0.1, 0.6))]
    right = np.array([(-0.4, -0.5), (0.1, -0.5), (0.6, -0.5)])
    rows = recognition_rows("vgmidi", asked, {"recognizer": right, "mean": np.zeros((3, 2))})
    assert [row["model"] for row in rows] == ["recognizer", "mean"]
    assert rows[0]["quadrant_accuracy"] == 1
    assert rows[0]["valence_mae"] == pytest.approx(0, abs=1e-4)
    assert rows[1]["quadrant_accuracy"] == 0  # 0 counts as positive, and arousal is not
    assert {row["model"] for row in speed_rows()} >= {"emotion_recognizer", "emotion_recognizer_waveform"}


def test_a_part_that_is_not_asked_for_counts_as_it_was(tmp_path: Path) -> None:
    old = [{"part": "vgmidi", "r2": 0.1}, {"part": "speed", "p95_ms": 1.0}]
    bars = [Bar.at_least("vgmidi: r2, five folds", 0.1, 0.5), Bar.at_most("speed: p95", 1.0, 2.0)]
    write_benchmark(NAME, "c", old, bars, tmp_path)
    new = [Bar.at_least("vgmidi: r2, five folds", 0.7, 0.5)]
    rows, kept = with_others([{"part": "vgmidi", "r2": 0.7}], new, ["vgmidi"], tmp_path)
    assert rows == [{"part": "vgmidi", "r2": 0.7}, {"part": "speed", "p95_ms": 1.0}]
    assert [bar.value for bar in kept] == [1.0, 0.7]
    assert with_others([], new, ["vgmidi"], tmp_path / "empty") == ([], new)
