"""Whatever is handed to `predict` is recognised or refused in one sentence; a batch goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_models.chord_recognizer import predict
from shared.datasets.lab import parse_lab
from shared.datasets.problems import ProblemLog

RATE = 44_100
_RNG = np.random.default_rng(0)
_SOUND = _RNG.normal(0, 0.1, 2 * RATE).astype(np.float32)
GOOD = {
    "silence.wav": (np.zeros(2 * RATE, np.float32), RATE),
    "one_sample.wav": (np.ones(1, np.float32), RATE),
    "fast.wav": (_RNG.normal(0, 0.1, 2 * 96_000).astype(np.float32), 96_000),
    "slow.wav": (_SOUND[: 2 * 8_000], 8_000),
    "eight_channels.wav": (np.tile(_SOUND[:, None], (1, 8)), RATE),
    "loud.wav": (40 * _SOUND, RATE),
}


def call(run: Path, path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Recognise one file; return the exit code and what was said on stderr."""
    code = predict.main([str(path), "--model", str(run), "--output-dir", str(out)])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("name", GOOD)
def test_odd_recordings_get_chords_from_begin_to_end(
    name: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, rate = GOOD[name]
    soundfile.write(tmp_path / name, sound, rate, subtype="FLOAT")
    assert call(run, tmp_path / name, tmp_path, capsys)[0] == 0
    timed = parse_lab((tmp_path / name).with_suffix(".lab").read_text(encoding="utf-8"), name, ProblemLog())
    assert timed is not None
    assert timed.intervals_s[0, 0] == 0
    assert timed.intervals_s[-1, 1] == pytest.approx(len(sound) / rate, abs=1e-3)


def test_a_truncated_recording_gives_what_can_be_heard_and_a_warning(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "whole.flac", np.tile(_SOUND, 5), RATE)
    whole = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "truncated.flac").write_bytes(whole[: len(whole) // 2])
    code, said = call(run, tmp_path / "truncated.flac", tmp_path, capsys)
    assert code == 0
    assert "truncated.flac" in said
    timed = parse_lab((tmp_path / "truncated.lab").read_text(encoding="utf-8"), "truncated", ProblemLog())
    assert timed is not None
    assert 3 < timed.intervals_s[-1, 1] < 7


def test_text_nan_and_nothing_are_refused_in_one_sentence(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.mp3").write_text("this is no music", encoding="utf-8")
    (tmp_path / "empty.wav").write_bytes(b"")
    damaged = _SOUND.copy()
    damaged[RATE] = np.nan
    soundfile.write(tmp_path / "nan.wav", damaged, RATE, subtype="FLOAT")
    for name in ("text.mp3", "empty.wav", "nan.wav", "absent.wav"):
        code, said = call(run, tmp_path / name, tmp_path / "out", capsys)
        sentences = [line for line in said.splitlines() if line.startswith("error: ")]
        assert code != 0, name
        assert len(sentences) == 1, said
        assert name in sentences[0]
    assert not (tmp_path / "out").exists()


def test_a_batch_recognises_the_rest_and_counts_what_failed(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a_text.mp3").write_text("this is no music", encoding="utf-8")
    for name in ("b.wav", "c.wav"):
        soundfile.write(tmp_path / name, _SOUND, RATE)
    code, said = call(run, tmp_path, tmp_path / "out", capsys)
    assert code == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["b.lab", "c.lab"]
    assert "1 of 3 files could not be recognised" in said
