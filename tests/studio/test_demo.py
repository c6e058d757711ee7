"""The demo as a user runs it, at toy size; and that it needs no framework of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from shared.music.midi import read_midi
from shared.runs import PROJECT_ROOT
from shared.stack import is_installed
from studio.room_process import environment
from tests.studio.planted_model import plant

FRAMEWORKS = ("torch", "torchaudio", "lightning", "tensorflow", "keras", "tf2onnx", "hydra")


def test_the_studio_imports_no_framework() -> None:
    code = f"import sys, studio.demo, studio.production; print(*(name for name in {FRAMEWORKS} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_ROOT, env=environment({})
    )
    assert done.stdout.strip() == ""


@pytest.mark.skipif(not is_installed("tensorflow"), reason="the training needs the TensorFlow stack")
def test_the_quick_demo_leaves_a_song_its_figures_and_its_page(tmp_path: Path) -> None:
    plant(tmp_path / "mine")
    done = subprocess.run(
        [sys.executable, "-m", "studio.demo", "--quick", "--output-dir", "out", "--seed", "3", "--checkpoint", "mine"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment({"HOME": str(tmp_path)}),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    output = tmp_path / "out"
    assert sorted(path.name for path in output.iterdir()) == [
        "logs", "metrics.json", "pieces", "progressions.json", "report.html", "song.mid", "song.wav",
        "song_played.lab", "song_recognised.lab",
    ]  # fmt: skip
    song = read_midi(output / "song.mid")
    sound = soundfile.info(output / "song.wav")
    # The WAV rings on for a moment after the last note.
    assert song.duration_s < sound.duration < song.duration_s + 5
    metrics = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["evaluation"]["overall"]["perplexity"] > 1
    assert "5-gram+cache" in metrics["evaluation"]["controls"]
    assert all(export["max_difference"] <= 1e-5 for export in metrics["export"].values())
    assert len(metrics["export"]) == 3  # the full model, the step model, and the one against the other
    assert metrics["seeds"]["training"] == 3
    assert metrics["song"]["by"] == "named"
    assert 0 <= metrics["listening"]["majmin"] <= 1
    assert metrics["listening"]["times_real_time"] > 1
    assert (output / "report.html").stat().st_size < 15e6
    assert done.stdout.startswith("A first progression (pop, nostalgia, C major) by the weights in mine")
    for said in ("[1/8]", "[8/8]", "report.html", "song.wav"):
        assert said in done.stdout
    assert (tmp_path / "checkpoints" / "chord_generator" / "demo" / "chord_generator_step.onnx").is_file()
