"""Shipped weights are found beside the code, whatever the working directory; a user's runs are not taken for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared import shipped
from shared.runs import PROJECT_ROOT
from shared.shipped import shipped_folder


def test_runs_of_the_user_are_no_shipped_weights(tmp_path: Path) -> None:
    run = tmp_path / "chord_generator" / "demo"
    run.mkdir(parents=True)
    (run / "chord_generator.onnx").touch()
    assert shipped_folder("chord_generator", root=tmp_path) is None
    assert shipped_folder("no_such_model", root=tmp_path) is None


def test_files_that_lie_directly_in_the_folder_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "chord_generator"
    folder.mkdir()
    (folder / "chord_generator_step.onnx").touch()
    assert shipped_folder("chord_generator", root=tmp_path) == folder
    assert shipped_folder("chord_generator", "chord_generator_step.onnx", tmp_path) == folder
    assert shipped_folder("chord_generator", "chord_generator.onnx", tmp_path) is None


def test_the_working_directory_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shipped_folder("chord_generator")
    monkeypatch.chdir(tmp_path)
    assert shipped_folder("chord_generator") == before
    assert shipped.CHECKPOINTS == PROJECT_ROOT / "checkpoints"
    assert shipped.CHECKPOINTS.is_absolute()
