"""The benchmark on a tiny run: its parts, its bars, and their file."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import audio_vae
from shared.files import read_json


def test_the_benchmark_writes_rows_and_promises(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_vae, "_SEGMENTS", 40)
    assert audio_vae.main([f"--checkpoint={run}", "--heard=2", f"--output_dir={tmp_path}"]) == 0
    content = read_json(tmp_path / "audio_vae.json")
    assert content["command"] == "python -m benchmarks.audio_vae"
    assert {row["what"] for row in content["rows"]} >= {"HarmonicVAE", "pca", "vocoder alone", "alone as among others"}
    holds = {bar["name"]: bar["holds"] for bar in content["bars"]}
    assert len(holds) == 6
    assert holds["segments whose bits do not depend on the batch, share"]
    assert holds["active units, share"]
    # A tiny run is no better than principal components, and the file says so.
    assert not holds["log-mel L1: better than PCA by this share"]
