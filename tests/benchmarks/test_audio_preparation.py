"""The benchmark of preparation: real figures in a small, and the bars that it promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import audio_preparation
from shared.audio.io import write_wav
from tests.shared.audio.tones import RATE, piano


@pytest.mark.slow
def test_it_measures_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wav(tmp_path / "music" / "song.wav", piano([48, 60], duration_s=4.0).clip(-1, 1), RATE)
    monkeypatch.setattr(
        audio_preparation, "FORMATS",
        {name: audio_preparation.FORMATS[name] for name in ("WAV 44.1 kHz stereo", "OGG 22.05 kHz mono")},
    )  # fmt: skip
    words = ["--audio_dir", str(tmp_path / "music"), "--recordings", "1", "--rounds", "1", "--memory_recordings", "1"]
    assert not audio_preparation.main([*words, "--output_dir", str(tmp_path)])
    told = json.loads((tmp_path / "audio_preparation.json").read_text(encoding="utf-8"))
    formats, memory = told["rows"][:2], told["rows"][2:]
    assert [row["format"] for row in formats] == list(audio_preparation.FORMATS)
    for row in formats:
        assert row["decode ms/min"] > 0
        assert row["to log-mel, times faster"] < row["to cache, times faster"]
        assert row["difference"] < audio_preparation.LARGEST_DIFFERENCE
    assert [row["recordings"] for row in memory] == [1, 10]
    assert all(20 < row["peak MB"] < 1000 for row in memory)
    assert len(told["bars"]) == 6
    assert "growth of peak memory" in capsys.readouterr().out
