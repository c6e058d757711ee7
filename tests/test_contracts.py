"""The import contracts hold, and a breach of any of them would be found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from shared.runs import PROJECT_ROOT
from tests.tree import FLOORS, model_folders

# contract (the beginning of its name) -> (file, the line that breaks it)
BREACHES = {
    "Arrows run down": ("shared/planted.py", "import studio"),
    "Arrows run down, and the wings do not": ("sequence_models/planted.py", "import audio_models"),
    "The ground floor stands": ("shared/music/planted.py", "import torch"),
    "The hearing wing never": ("audio_models/planted.py", "def late() -> None:\n    import keras"),
    "The composing wing never": ("sequence_models/planted.py", "from torch import nn"),
    "The studio plays ONNX files": ("studio/planted.py", "from shared.export import torch_onnx"),
    "Hydra lives behind": ("studio/planted.py", "from omegaconf import DictConfig"),
    "No model folder imports another": ("audio_models/second/planted.py", "from audio_models.first import model"),
    "No circle, at any depth": ("shared/planted.py", "from shared.planted_too import x"),
}
# What the planted lines lean on, where the project does not have it yet.
PROPS = {
    "shared/planted_too.py": "from shared.planted import y",
    "shared/export/torch_onnx.py": "import torch",
    "audio_models/first/__init__.py": "",
    "audio_models/first/model.py": "",
    "audio_models/second/__init__.py": "",
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the copy in `folder`, and on nothing else."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house, with two models in the hearing wing under the contract that keeps them apart."""
    for floor in FLOORS:
        shutil.copytree(PROJECT_ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in PROPS.items():
        if not (tmp_path / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
    rules = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    models = '"sequence_models.chord_generator"'
    assert models in rules
    rules = rules.replace(models, f'{models}, "audio_models.first", "audio_models.second"')
    (tmp_path / "pyproject.toml").write_text(rules, encoding="utf-8")
    return tmp_path


def test_the_contracts_hold() -> None:
    result = lint(PROJECT_ROOT)
    assert result.returncode == 0, result.stdout
    assert " 0 broken" in result.stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_a_planted_breach_is_found(copy: Path, contract: str) -> None:
    file, line = BREACHES[contract]
    if not contract.startswith("No circle"):
        (copy / "shared" / "planted_too.py").unlink()
    (copy / file).write_text(line + "\n", encoding="utf-8")
    result = lint(copy)
    assert result.returncode != 0
    broken = [entry for entry in result.stdout.splitlines() if " BROKEN" in entry]
    assert [entry for entry in broken if entry.startswith(contract)], result.stdout
    assert "planted" in result.stdout


def test_the_contract_between_models_lists_every_model() -> None:
    rules = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = rules["tool"]["importlinter"]["contracts"]
    listed = next(contract["modules"] for contract in contracts if contract["type"] == "independence")
    assert sorted(listed) == sorted(f"{path.parent.name}.{path.name}" for path in model_folders())
