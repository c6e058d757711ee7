"""TensorFlow comes when it is needed, and without its greeting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("train", "evaluate", "generate", "export")


@pytest.mark.parametrize("room", ROOMS)
def test_help_comes_without_tensorflow(room: str) -> None:
    code = (
        f"import sys; from sequence_models.chord_generator.{room} import main; main(['--help']);"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith("usage: ")


def test_tensorflow_starts_without_a_word() -> None:
    code = "from sequence_models.startup import start_tensorflow; start_tensorflow(); import keras; keras.ops.ones(2)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
