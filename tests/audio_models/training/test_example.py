"""The example runs from end to end, learns, and goes on when it is asked to."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from audio_models.training.example import main
from audio_models.training.generated_chords import GeneratedChords, SmallEar
from shared.files import read_json
from shared.music.chord_types import CHORD_TYPES, INTERVALS


def test_example_learns_writes_and_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--checkpoint-dir", str(tmp_path), "--clips", "48", "--validation-clips", "16", "--device", "cpu"]
    assert main([*words, "--epochs", "3", "--warmup-epochs", "0"]) == 0
    history = read_json(tmp_path / "history.json")
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert (tmp_path / "logs" / "history.csv").is_file()
    assert list((tmp_path / "logs").glob("events.out.tfevents.*"))
    shown = capsys.readouterr().out
    assert "48 clips [16, 44100] a batch" in shown
    assert "bass_note" in shown
    assert main([*words, "--epochs", "4", "--warmup-epochs", "0", "--resume"]) == 0
    assert "going on after epoch 3" in capsys.readouterr().out
    assert len(read_json(tmp_path / "history.json")["val_loss"]) == 4


def test_generated_chords_are_what_their_labels_say() -> None:
    clips = GeneratedChords(6, seed=3)
    for waveform, labels in clips:  # type: ignore[attr-defined]
        assert waveform.shape == (44100,)
        assert waveform.abs().max() <= 0.9
        tones = {
            (int(labels["root"]) + interval) % 12 for interval in INTERVALS[CHORD_TYPES[int(labels["chord_type"])]]
        }
        assert int(labels["bass_note"]) in tones
    assert torch.equal(clips[2][0], GeneratedChords(6, seed=3)[2][0])


@pytest.mark.parametrize("batch", [1, 3])
def test_small_ear_has_three_heads(batch: int) -> None:
    outputs = SmallEar().eval()(torch.zeros(batch, 44100))
    assert {name: tuple(logits.shape) for name, logits in outputs.items()} == {
        "chord_type": (batch, 32), "root": (batch, 12), "bass_note": (batch, 12),
    }  # fmt: skip
