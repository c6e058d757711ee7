"""The rooms as users run them: what a run leaves, what evaluation and prediction answer, what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from audio_models.emotion_recognizer import evaluate, predict, run_folder, ship, train
from audio_models.emotion_recognizer.config import EvaluateConfig, ShipConfig
from audio_models.emotion_recognizer.examples import features_of, read_splits
from audio_models.training.checkpoints import read_weights
from shared.audio.io import write_wav
from shared.errors import ConsortError
from shared.export.verify import inspect_model
from shared.files import read_json, write_json
from shared.runtime import OnnxModel
from tests.audio_models.emotion_recognizer.conftest import tiny
from tests.shared.audio.tones import noise, piano


def test_a_run_leaves_what_every_room_needs(run: Path) -> None:
    names = {path.name for path in run.iterdir()}
    assert {
        "emotion_recognizer.pt", "emotion_recognizer_config.json", "emotion_recognizer_sources.json", "last.pt",
        "emotion_recognizer_controls.npz", "emotion_recognizer.onnx", "emotion_recognizer.md",
        "emotion_recognizer_reference.npz", "emotion_recognizer_int8.onnx", "emotion_recognizer_int8.md",
    } <= names  # fmt: skip
    signature = OnnxModel(run / "emotion_recognizer.onnx").signature
    assert len(signature.vocabularies["features"]) == len(signature.settings["feature_units"]) == 128
    assert signature.vocabularies["embedding"][:5] == ["valence", "arousal", "dominance", "intensity", "learned_04"]
    for name in ("emotion_recognizer.onnx", "emotion_recognizer_int8.onnx"):
        seen = inspect_model(run / name, runs=3)
        assert seen.problem == ""
        assert seen.shapes == "128 -> 64"
    assert list((run.parents[1] / "logs").rglob("events.out.tfevents.*"))


def test_onnx_answers_as_the_network(prepared: Path, run: Path) -> None:
    features = features_of(read_splits(prepared).test)[:5]
    with torch.no_grad():
        wanted = run_folder.load_model(run)(torch.from_numpy(features)).numpy()
    found = OnnxModel(run / "emotion_recognizer.onnx").run({"features": features})["embedding"]
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    small = OnnxModel(run / "emotion_recognizer_int8.onnx").run({"features": features})["embedding"]
    np.testing.assert_allclose(small, wanted, atol=0.05)


def test_evaluation_stands_beside_its_controls(prepared: Path, run: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.json"
    assert evaluate.main(["--checkpoint", str(run), "--data", str(prepared), "--json", str(out)]) == 0
    result = read_json(out)
    assert set(result["controls"]) == {"ridge", "mean"}
    assert result["is_synthetic"] is True
    assert {"clips", "overall", "controls"} <= set(result)
    # Rules are learned by anything that looks at the features, and not by the mean.
    for model in (result["overall"], result["controls"]["ridge"]):
        assert model["arousal_r2"] > 0.05 > result["controls"]["mean"]["arousal_r2"]


def test_evaluation_takes_labels_from_outside_and_names_what_is_bad(
    run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = ["path,valence,arousal"]
    for number, valence in enumerate((-0.5, 0.1, 0.6)):
        write_wav(tmp_path / f"{number}.wav", noise(22_050, seed=number), 22_050)
        lines.append(f"{number}.wav,{valence},{-valence}")
    lines.append("lost.wav,0,0")
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "scores.json"
    words = ["--checkpoint", str(run), "--labels", str(tmp_path / "labels.csv"), "--json", str(out)]
    assert evaluate.main(words) == 1
    assert "lost.wav" in caplog.text
    result = read_json(out)
    assert (result["clips"], result["failed"]) == (3, 1)
    assert set(result["overall"]) >= {"valence_r2", "arousal_correlation", "valence_mae", "quadrant_accuracy"}


def test_prediction_goes_on_after_a_bad_file(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    music = tmp_path / "music"
    music.mkdir()
    write_wav(music / "a.wav", piano([60, 64, 67]), 44_100)
    (music / "b.mp3").write_bytes(b"no sound")
    (music / "c.mid").write_bytes(b"MThd")
    out = tmp_path / "heard.json"
    assert predict.main([str(music), "--model", str(run), "--format", "json", "--output", str(out)]) == 1
    said = capsys.readouterr().err
    assert "b.mp3" in said
    assert "c.mid" in said
    (heard,) = read_json(out).values()
    assert len(heard["embedding"]) == 64
    assert -1 <= heard["valence"] <= 1
    assert 0 <= heard["intensity"] <= 1
    assert predict.main([str(music / "a.wav"), "--model", str(run)]) == 0
    assert "valence" in capsys.readouterr().out


def test_a_finished_run_is_the_same_when_resumed_and_takes_no_other_settings(prepared: Path, run: Path) -> None:
    weights = read_weights(run / run_folder.WEIGHTS_FILE)
    train.train(tiny(prepared, run.parents[1], "tiny", "--resume"))
    again = read_weights(run / run_folder.WEIGHTS_FILE)
    assert all(torch.equal(weights[name], again[name]) for name in weights)
    with pytest.raises(ConsortError, match="other settings of loss"):
        train.train(tiny(prepared, run.parents[1], "tiny", "--resume", "--loss.point", "2"))
    with pytest.raises(ConsortError, match="nothing to resume"):
        train.train(tiny(prepared, run.parents[1], "another", "--resume"))


def test_finetuning_keeps_frozen_layers(prepared: Path, run: Path, tmp_path: Path) -> None:
    train.train(tiny(prepared, tmp_path, "tuned", "--finetune-from", str(run), "--freeze", "1", "--epochs", "1"))
    before, after = (run_folder.load_model(folder) for folder in (run, tmp_path / "emotion_recognizer" / "tuned"))
    for name in ("0.weight", "0.bias", "2.running_mean"):
        assert torch.equal(before.blocks[0].state_dict()[name], after.blocks[0].state_dict()[name])
    assert not torch.equal(before.embed.weight, after.embed.weight)
    with pytest.raises(ConsortError, match="finetune-from"):
        train.train(tiny(prepared, tmp_path, "frozen", "--freeze", "1"))


def test_every_departure_trains_a_step(prepared: Path, tmp_path: Path) -> None:
    train.train(tiny(prepared, tmp_path, "departed", "model=plain", "trainer=quick_test", "--epochs", "1"))
    assert run_folder.load_model(tmp_path / "emotion_recognizer" / "departed").config.limit == 0


def test_weights_of_unfree_music_do_not_ship(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unfree"
    shutil.copytree(run, folder)
    write_json(folder / run_folder.SOURCES_FILE, {"source": {"emopia": 5}, "licence": {"CC-BY-NC-SA-4.0": 5}})
    with pytest.raises(ConsortError, match="may not be given away"):
        ship.ship(ShipConfig(checkpoint=str(folder), output_dir=str(tmp_path / "shipped")))
    assert not (tmp_path / "shipped").exists()


def test_missing_runs_and_files_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match="no finished run"):
        evaluate.evaluate(EvaluateConfig(checkpoint=str(tmp_path)))
    assert predict.main([]) == 2
    assert predict.main([str(tmp_path), "--model", "nowhere.onnx"]) == 2
