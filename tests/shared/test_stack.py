"""A missing framework is one sentence with the remedy, and each wing stands alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import ConsortError
from shared.runs import PROJECT_ROOT
from shared.stack import MissingStackError, is_installed, quiet_stderr, require

TORCH = ("torch", "torchaudio", "lightning", "lightning_fabric", "pytorch_lightning")
TENSORFLOW = ("tensorflow", "keras", "tf2onnx")

# Runs at the start of a Python whose path begins with its folder: from then on the named packages are absent.
BLOCKER = """
from importlib.machinery import PathFinder

BLOCKED = {blocked!r}
search = PathFinder.find_spec

def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in BLOCKED else search(name, path, target)

# As where it is not installed: find_spec finds nothing, import raises. Some ask the class and some an instance.
PathFinder.find_spec = staticmethod(find_spec)
"""


def python(tmp_path: Path, blocked: tuple[str, ...], *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process that has no package of `blocked`."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(blocked=blocked), encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(PROJECT_ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.run(
        [sys.executable, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_what_is_there_is_not_imported_to_find_out() -> None:
    code = "import sys; from shared.stack import require; require('numpy', 'r.txt'); print('numpy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_what_is_absent_is_an_import_error_that_the_command_line_can_tell() -> None:
    assert not is_installed("no_such_framework")
    with pytest.raises(MissingStackError, match=r"no_such_framework is not installed; run: .* -r r\.txt") as refusal:
        require("no_such_framework", "r.txt")
    assert isinstance(refusal.value, ImportError)
    assert isinstance(refusal.value, ConsortError)


def test_a_module_half_taken_away_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "half_there", type(sys)("half_there"))  # its __spec__ is None
    assert not is_installed("half_there")


@pytest.mark.parametrize(
    ("wing", "blocked", "requirements"),
    [
        ("audio_models", TORCH, "requirements-torch.txt"),
        ("sequence_models", TENSORFLOW, "requirements-tf.txt"),
    ],
)
def test_a_wing_without_its_stack_says_what_to_install(
    tmp_path: Path, wing: str, blocked: tuple[str, ...], requirements: str
) -> None:
    assert (PROJECT_ROOT / requirements).is_file()
    imported = python(tmp_path, blocked, "-c", f"import {wing}")
    last_line = imported.stderr.splitlines()[-1]
    assert last_line.startswith("shared.stack.MissingStackError: ")
    assert last_line.endswith(f"is not installed; run: python -m pip install -r {requirements}")

    as_module = python(tmp_path, blocked, "-m", f"{wing}.any_model.train")
    assert as_module.returncode == 2
    assert as_module.stderr.startswith("error: ")
    assert as_module.stderr.endswith(f"-r {requirements}\n")
    assert as_module.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("wing", "own", "other"),
    [("audio_models", "torch", TENSORFLOW), ("sequence_models", "tensorflow", TORCH)],
)
def test_a_wing_with_its_own_stack_alone_imports(tmp_path: Path, wing: str, own: str, other: tuple[str, ...]) -> None:
    if not is_installed(own):
        pytest.skip(f"{own} is not installed")
    rooms = [
        ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts)
        for path in sorted((PROJECT_ROOT / wing).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    code = "import importlib, sys\n" + "\n".join(f"importlib.import_module({room!r})" for room in [wing, *rooms])
    code += f"\nprint(sorted(set({other!r}) & set(sys.modules)))"
    result = python(tmp_path, other, "-c", code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_ground_floor_and_the_studio_stand_without_any_stack(tmp_path: Path) -> None:
    doors = {"shared.export.torch_onnx", "shared.export.keras_onnx"}
    modules = [
        ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts)
        for floor in ("shared", "studio")
        for path in sorted((PROJECT_ROOT / floor).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    code = "import importlib\n" + "\n".join(
        f"importlib.import_module({name!r})" for name in modules if name not in doors
    )
    result = python(tmp_path, (*TORCH, *TENSORFLOW), "-c", code)
    assert result.returncode == 0, result.stderr


def test_the_chord_generator_trains_where_pytorch_is_absent(tmp_path: Path) -> None:
    if not is_installed("tensorflow"):
        pytest.skip("tensorflow is not installed")
    turns = ("C Am F G", "Dm G7 C A7", "Em Am D7 G", "F Bb C7 Dm", "A D E7 A")
    songs = [" ".join(turns[(i + j * j) % len(turns)] for j in range(4)) for i in range(40)]
    (tmp_path / "songs.txt").write_text("\n".join(songs) + "\n", encoding="utf-8")
    flags = "model=classic --epochs 1 --lstm-units 4 --embedding-dim 4 --no-export --run-name alone --songs songs.txt"
    result = python(tmp_path, TORCH, "-m", "sequence_models.chord_generator.train", *flags.split())
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "checkpoints" / "chord_generator" / "alone" / "best.keras").is_file()


def test_what_was_kept_back_is_shown_on_failure(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with quiet_stderr():
            os.write(2, b"from below\n")
            raise RuntimeError("no start")

    with pytest.raises(RuntimeError, match="no start"):
        fail()
    assert capfd.readouterr().err == "from below\n"
    with quiet_stderr():
        os.write(2, b"greeting\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"
