"""The rooms from training to chords on disk: a tiny run is exported, recognises, is evaluated and goes on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from audio_models.chord_recognizer import evaluate, predict, run_folder, train, tune
from audio_models.chord_recognizer.config import EvaluateConfig, TuneConfig
from audio_models.training.checkpoints import LAST, read_checkpoint
from shared.decoding.chord_recognition import FramesModel, Recognizer
from shared.errors import ConsortError
from shared.files import read_json
from shared.vocabulary import IGNORED
from tests.audio_models.chord_recognizer.conftest import tiny_config

RATE = 44_100


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two labelled recordings, and one file that is none."""
    root = tmp_path_factory.mktemp("set")
    (root / "audio").mkdir()
    (root / "labels").mkdir()
    time_s = np.arange(3 * RATE) / RATE
    for name, pitches in (("one", (60, 64, 67)), ("two", (57, 60, 64))):
        sound = sum(0.2 * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time_s) for pitch in pitches)
        soundfile.write(root / "audio" / f"{name}.flac", sound, RATE)
        label = "C:maj" if name == "one" else "A:min"
        (root / "labels" / f"{name}.lab").write_text(f"0.0\t3.0\t{label}\n", encoding="utf-8")
    (root / "audio" / "broken.mp3").write_text("this is no music", encoding="utf-8")
    return root


def test_a_run_leaves_weights_exports_and_figures(run: Path) -> None:
    assert read_json(run / run_folder.PARITY_FILE)["argmax_agreement"] == 1
    for name in ("chord_recognizer.json", "chord_recognizer.md", "training_config.json", "training_history.json"):
        assert (run / name).is_file()


def test_the_exported_file_answers_as_the_network(run: Path) -> None:
    waveform = np.random.default_rng(0).normal(0, 0.1, 70_001).astype(np.float32)
    joint, bass = FramesModel(run / run_folder.ONNX_FILE).frames(waveform)
    with torch.no_grad():
        heads = run_folder.load_model(run)(torch.from_numpy(waveform[None]))
    np.testing.assert_allclose(np.exp(joint), heads["joint"][0].exp(), atol=1e-5)
    np.testing.assert_allclose(np.exp(bass), heads["bass_note"][0].softmax(-1), atol=1e-5)


def test_predict_goes_on_after_a_bad_file_and_says_so(
    run: Path, recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(recordings / "audio"), "--model", str(run), "--output-dir", str(tmp_path), "--format", "json"]
    assert predict.main(words) == 1
    told = capsys.readouterr()
    assert "broken.mp3" in told.err
    assert "1 of 3 files could not be recognised" in told.err
    chords = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert chords["duration_s"] == pytest.approx(3.0)
    assert (tmp_path / "two.json").is_file()


def test_predict_without_files_or_model_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict.main([]) == 2
    assert "name audio files" in capsys.readouterr().err
    assert predict.main(["x.wav", "--model", str(tmp_path / "none.onnx")]) == 2
    assert capsys.readouterr().err.startswith("error: no such model")


def test_a_lone_file_is_printed_and_drawn(
    run: Path, recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(recordings / "audio" / "one.flac"), "--model", str(run), "--output-dir", str(tmp_path), "--plot"]
    assert predict.main(words) == 0
    assert (tmp_path / "one.lab").read_text(encoding="utf-8") in capsys.readouterr().out
    assert (tmp_path / "one.png").stat().st_size > 10_000


def test_evaluate_takes_folders_and_scores_the_control_beside(run: Path, recordings: Path, tmp_path: Path) -> None:
    target = tmp_path / "scores.json"
    result = evaluate.evaluate(EvaluateConfig(audio_dir=str(recordings), model=str(run), json=str(target)))
    assert result["controls"]["templates"]["overall"]["majmin"] > 0.9  # pure triads are easy
    assert set(result["songs"]) == {"one", "two"}
    assert 0 <= result["overall"]["mirex"] <= 1
    assert read_json(target)["overall"] == result["overall"]
    assert "majmin" in evaluate.table(result)


def test_an_interrupted_run_ends_with_the_same_bits(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tiny_config(cache, tmp_path / "a", "whole", epochs=3)
    whole.export = False
    train.train(whole)
    parts = tiny_config(cache, tmp_path / "b", "whole", epochs=3)
    parts.export = False
    weights = {}
    _stop_after(monkeypatch, 7)
    with pytest.raises(KeyboardInterrupt):
        train.train(parts)
    monkeypatch.undo()
    parts.resume = True
    train.train(parts)
    for root in ("a", "b"):
        folder = tmp_path / root / "checkpoints" / "chord_recognizer" / "whole"
        weights[root] = read_checkpoint(folder / LAST)["model"]
    assert all(torch.equal(weights["a"][name], weights["b"][name]) for name in weights["a"])


def _stop_after(patch: pytest.MonkeyPatch, batches: int) -> None:
    """Interrupt a training after so many examples' batches."""
    original, count = train.ChordRecognitionLoss.forward, iter(range(10**6))

    def forward(self: train.ChordRecognitionLoss, *args: object) -> dict[str, torch.Tensor]:
        if next(count) >= batches:
            raise KeyboardInterrupt
        return original(self, *args)  # type: ignore[arg-type]

    patch.setattr(train.ChordRecognitionLoss, "forward", forward)


def test_other_settings_cannot_be_resumed(cache: Path, tmp_path: Path) -> None:
    config = tiny_config(cache, tmp_path, "never")
    config.resume = True
    with pytest.raises(ConsortError, match="nothing to resume"):
        train.train(config)


def test_tuning_chooses_among_the_candidates_and_the_export_is_told(run: Path, cache: Path) -> None:
    assert run_folder.decoder_settings(run) == {"self_transition": 0.96}
    best = tune.tune(TuneConfig(checkpoint=str(run), cache=cache, candidates="0.3,0.9"))
    assert best in (0.3, 0.9)
    assert run_folder.decoder_settings(run) == {"self_transition": best}
    (run / run_folder.DECODER_FILE).unlink()


@pytest.mark.parametrize("words", ["", "0.5,1", "often"])
def test_candidates_must_be_probabilities(run: Path, cache: Path, words: str) -> None:
    with pytest.raises(ConsortError, match="between 0 and 1"):
        tune.tune(TuneConfig(checkpoint=str(run), cache=cache, candidates=words))


def test_labels_of_frames_become_chords_and_the_unknown_stays_unknown() -> None:
    rows = [[0, 0, 4], [0, 0, 4], [30, IGNORED, IGNORED], [IGNORED, IGNORED, IGNORED], [1, 9, 9]]
    timed = tune.true_chords(np.array(rows))
    assert timed.labels == ("C:maj/3", "N", "X", "A:min")
    assert timed.intervals_s[-1, 1] == pytest.approx(5 * 4096 / RATE)


def test_recordings_of_any_length_are_heard(run: Path) -> None:
    recognizer = Recognizer(FramesModel(run / run_folder.ONNX_FILE))
    for samples in (1, 5_000, 3 * RATE):
        timed = recognizer.decode(recognizer.score([np.zeros(samples, np.float32)]))
        assert timed.intervals_s[-1, 1] == pytest.approx(samples / RATE)
