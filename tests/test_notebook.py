"""The notebook runs from top to bottom, at a tiny size, in one process and without a kernel."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

from shared.runs import PROJECT_ROOT
from shared.stack import is_installed

NOTEBOOK = PROJECT_ROOT / "notebooks" / "train_consort.ipynb"


def cells() -> list[str]:
    content = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert content["nbformat"] == 4
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]


def test_no_output_is_kept_and_every_cell_is_plain_python() -> None:
    content = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert all(not cell.get("outputs") for cell in content["cells"])
    for cell in cells():
        ast.parse(cell)


@pytest.mark.slow
@pytest.mark.skipif(not (is_installed("torch") and is_installed("keras")), reason="it trains in both frameworks")
def test_it_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSORT_NOTEBOOK_SAMPLES", "400")
    monkeypatch.setenv("CONSORT_NOTEBOOK_EPOCHS", "1")
    monkeypatch.setenv("CONSORT_NOTEBOOK_OUTPUT", str(tmp_path))
    monkeypatch.chdir(PROJECT_ROOT)
    monkeypatch.setattr(sys, "path", [*sys.path])
    shared: dict[str, object] = {"__name__": "__main__"}
    for number, cell in enumerate(cells()):
        exec(compile(cell, f"cell {number}", "exec"), shared)
    assert {path.stem for path in (tmp_path / "checkpoints" / "emotion" / "notebook").glob("*.onnx")} >= {
        "melody_transformer", "harmony_predictor", "dynamics_engine", "groove_predictor", "emotion_recognizer",
    }  # fmt: skip
    assert (tmp_path / "song.mid").is_file()
