"""The examples for plug-ins print a bar of music, where their toolchains are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shared.runs import PROJECT_ROOT
from shared.shipped import CHECKPOINTS

JAVASCRIPT, CPP = PROJECT_ROOT / "examples" / "javascript", PROJECT_ROOT / "examples" / "cpp"
NETS = CHECKPOINTS / "emotion"


def bar(command: list[str | Path]) -> list[str]:
    """Run an example and return the lines that it prints."""
    done = subprocess.run(command, cwd=JAVASCRIPT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def check(lines: list[str]) -> None:
    (chord,) = [line for line in lines if line.startswith("chord: ")]
    assert chord.removeprefix("chord: ").partition(":")[0] in "C Db D Eb E F Gb G Ab A Bb B N".split()
    notes = [line for line in lines if line.startswith("step") and "drums" not in line]
    drums = [line for line in lines if "drums velocity" in line]
    assert (len(notes), len(drums)) == (4, 8)
    assert all(1 <= int(line.split()[-1]) <= 127 for line in notes)


def test_javascript() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    found = subprocess.run(
        [node, "-e", "require('onnxruntime-node')"], cwd=JAVASCRIPT, capture_output=True, check=False
    )
    if found.returncode:
        pytest.skip("onnxruntime-node is not installed; run: npm install in examples/javascript")
    check(bar([node, "bar.js", NETS, "--valence", "-0.5", "--arousal", "0.2"]))
    refused = subprocess.run([node, "bar.js", NETS, "--valence", "7"], cwd=JAVASCRIPT, capture_output=True, check=False)
    assert refused.returncode == 2
    assert b"--valence needs a number from -1 to 1" in refused.stderr


def test_cpp(tmp_path: Path) -> None:
    if not os.environ.get("ONNXRUNTIME_DIR") or shutil.which("cmake") is None:
        pytest.skip("ONNXRUNTIME_DIR names no release of ONNX Runtime for C++, or cmake is not installed")
    for step in (["-S", CPP, "-B", tmp_path], ["--build", tmp_path]):
        subprocess.run(["cmake", *step], check=True, capture_output=True)
    check(bar([tmp_path / "bar", NETS, "-0.5", "0.2"]))
