"""TensorFlow comes when it is needed, and without its greeting; what goes wrong is still seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sequence_models.startup import quiet_stderr

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
