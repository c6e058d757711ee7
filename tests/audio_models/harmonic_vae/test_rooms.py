"""The rooms beside training: evaluate, generate, export, tune, ship, and the one command for all."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from audio_models.harmonic_vae import __main__ as command
from audio_models.harmonic_vae import evaluate, generate, train, tune
from audio_models.harmonic_vae.config import TuneConfig
from audio_models.harmonic_vae.paths import linear_path, spherical_path
from audio_models.harmonic_vae.run_folder import load_model
from audio_models.harmonic_vae.tune import open_study, trial_config
from shared.audio.io import write_wav
from shared.cli import parse
from shared.files import read_json
from shared.runtime import OnnxModel
from tests.audio_models.harmonic_vae.tiny_run import AUDIO, RATE, tiny_config, tiny_words, tone

QUICK = ["--griffin_lim_steps=2", "--nnls_steps=2"]
FIGURES = {
    "log_mel_l1", "log_mel_mse", "mr_stft", "mr_stft_vocoded", "frechet", "kl_nats", "active_units", "latent_dim",
    "active_share", "sparsity", "silhouette", "knn_accuracy", "frechet_samples", "frechet_halves", "frechet_n",
}  # fmt: skip


def test_evaluation_stands_beside_its_controls(run: Path, tmp_path: Path) -> None:
    words = [f"--checkpoint={run}", "--heard=3", f"--json={tmp_path / 'f.json'}", f"--pictures={tmp_path}", *QUICK]
    assert evaluate.main(words) == 0
    result = read_json(tmp_path / "f.json")
    assert set(result["overall"]) == FIGURES
    assert set(result["controls"]) == {"pca", "separable", "own places", "vocoder alone", "majority"}
    assert set(result["labels"]) <= {"bells", "drums"}
    assert result["about"]["embedding"]
    assert result["about"]["segments"] == 24
    # Principal components of four numbers are hard to beat in six epochs, but they are there to be beaten.
    assert 0 < result["controls"]["pca"]["overall"]["log_mel_l1"] < 0.2
    own, fixed = (result["controls"][name]["overall"]["log_mel_mse"] for name in ("own places", "separable"))
    assert own < fixed
    assert result["controls"]["vocoder alone"]["overall"]["mr_stft_vocoded"] == 0.0
    assert (tmp_path / "reconstructions.png").read_bytes()[:4] == b"\x89PNG"


def test_recordings_that_nobody_has_seen_are_judged_by_path(run: Path, tmp_path: Path) -> None:
    for genre in ("bells", "drums"):
        for number in range(2):
            (tmp_path / "other" / genre).mkdir(parents=True, exist_ok=True)
            sound = tone(70 + number, 1.6, genre).clip(-1, 1)
            write_wav(tmp_path / "other" / genre / f"{number}.wav", sound, RATE)
    (tmp_path / "other" / "bells" / "broken.wav").write_bytes(b"no sound")
    words = [f"--checkpoint={run}", f"--audio_dir={tmp_path / 'other'}", f"--json={tmp_path / 'f.json'}", "--heard=2"]
    assert evaluate.main([*words, "--no-controls", *QUICK]) == 0
    result = read_json(tmp_path / "f.json")
    assert result["about"]["segments"] == 4 * 3
    assert "controls" not in result
    assert 0 <= result["overall"]["knn_accuracy"] <= 1


def test_generate_writes_sound_picture_and_latents(run: Path, music: Path, tmp_path: Path) -> None:
    bell, drum = (next((music / genre).rglob("*.wav")) for genre in ("bells", "drums"))
    here = [f"--checkpoint={run}", f"--output_dir={tmp_path}", "--steps=3", *QUICK]
    assert generate.main(["sample", "--count=2", "--temperature=0.5", *here]) == 0
    assert generate.main(["interpolate", str(bell), str(drum), *here]) == 0
    assert generate.main(["traverse", str(bell), "--dimension=1", "--span=2", "--start_s=0.4", *here]) == 0
    assert generate.main(["attribute", str(bell), "--from_label=bells", "--to_label=drums", *here]) == 0
    points = {path.stem: np.load(path)["z"] for path in tmp_path.glob("*.npz")}
    traverse = f"traverse_{bell.stem}_1"
    assert {name: len(z) for name, z in points.items()} == {
        "sample": 2, f"interpolate_{bell.stem}_{drum.stem}": 3, traverse: 3, f"attribute_{bell.stem}_bells_drums": 3,
    }  # fmt: skip
    assert points[traverse][:, 1].tolist() == [-2.0, 0.0, 2.0]
    assert (points[traverse][0, 2:] == points[traverse][2, 2:]).all()
    for name, z in points.items():
        assert (tmp_path / f"{name}.png").is_file()
        sounds = [soundfile.read(tmp_path / f"{name}_{number + 1}.wav")[0] for number in range(len(z))]
        assert all(len(sound) == (AUDIO.frames - 1) * AUDIO.hop_length for sound in sounds)
        assert len(soundfile.read(tmp_path / f"{name}.wav")[0]) > sum(map(len, sounds))
    first = (tmp_path / "sample_1.wav").read_bytes()
    assert generate.main(["sample", "--count=2", "--temperature=0.5", *here]) == 0
    assert (tmp_path / "sample_1.wav").read_bytes() == first


def test_whole_files_come_back_and_a_bad_one_does_not_stop_the_others(
    run: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = next(music.rglob("*.wav")), tmp_path / "bad.wav"
    bad.write_bytes(b"no sound")
    here = [f"--checkpoint={run}", f"--output_dir={tmp_path / 'out'}", *QUICK]
    assert generate.main(["reconstruct", str(bad), str(good), *here]) == 2
    assert "bad.wav" in capsys.readouterr().err
    sound, rate = soundfile.read(tmp_path / "out" / f"reconstruct_{good.stem}.wav")
    original, _ = soundfile.read(good)
    assert rate == RATE
    assert abs(len(sound) - len(original)) < AUDIO.hop_length
    latents = np.load(tmp_path / "out" / f"reconstruct_{good.stem}.npz")
    assert len(latents["z"]) == len(latents["starts_s"]) > 4


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "name a task: reconstruct, sample"),
        (["smaple"], "unknown task 'smaple'; nearest: sample"),
        (["interpolate", "a.wav"], "interpolate takes 2 recordings, not 1"),
        (["reconstruct"], "reconstruct needs a recording"),
        (["traverse", "MUSIC", "--dimension=9"], "dimension 9 does not exist; the last one is 3"),
        (["traverse", "MUSIC", "--start_s=99"], "no segment begins at 99 s"),
        (["attribute", "MUSIC", "--from_label=bells"], "--to_label names no label; the labels are bells, drums"),
        (["attribute", "MUSIC", "--from_label=bels", "--to_label=drums"], "unknown label 'bels'; nearest: bells"),
    ],
)
def test_a_wrong_question_is_one_sentence(
    words: list[str], sentence: str, run: Path, music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(next(music.rglob("*.wav")))
    words = [file if word == "MUSIC" else word for word in words]
    assert generate.main([*words, f"--checkpoint={run}", f"--output_dir={tmp_path}"]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_ways_through_the_space_begin_and_end_where_they_should() -> None:
    start, end = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    straight, arc = linear_path(start, end, 3), spherical_path(start, end, 3)
    assert straight.tolist() == [[2, 0], [1, 1], [0, 2]]
    torch.testing.assert_close(arc.norm(dim=1), torch.full((3,), 2.0))
    torch.testing.assert_close(spherical_path(start, 2 * start, 3), linear_path(start, 2 * start, 3))


def test_exports_answer_as_the_network(run: Path) -> None:
    model = load_model(run)
    sound = np.stack([tone(seed, 0.5) for seed in range(3)])
    heard = OnnxModel(run / "harmonic_vae_encoder.onnx").run({"waveform": sound})
    with torch.no_grad():
        mu, log_var = model.encode(model.hear(torch.from_numpy(sound)))
        log_mel = model.decode(mu).numpy()
    np.testing.assert_allclose(heard["mu"], mu.numpy(), atol=1e-4)
    np.testing.assert_allclose(heard["log_var"], log_var.numpy(), atol=1e-4)
    played = OnnxModel(run / "harmonic_vae_decoder.onnx").run({"z": mu.numpy()})
    np.testing.assert_allclose(played["log_mel"], log_mel, atol=1e-5)


def test_a_study_goes_on_where_it_is(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*tiny_words(cache, tmp_path / "study"), "--trials=2", "--latent_dims=2,3", "--batch_sizes=8,16"]
    words += ["--epochs=1", "--hidden_choices=8,16-8", "--lr_low=0.001", "--lr_high=0.01"]
    assert tune.main(words) == 0
    assert tune.main([*words, "--trials=1"]) == 0
    names = {path.name for path in (tmp_path / "study").iterdir()}
    assert {"study.db", "best_config.json", "trials.csv", "optimization_history.png", "param_importances.png"} <= names
    with (tmp_path / "study" / "trials.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["trial"] for row in rows] == ["0", "1", "2"]
    best = min((row for row in rows if row["state"] == "COMPLETE"), key=lambda row: float(row["value"]))
    found = read_json(tmp_path / "study" / "best_config.json")
    assert found["model"]["latent_dim"] == int(best["latent_dim"])
    assert found["data"]["batch_size"] == int(best["batch_size"])
    assert found["trainer"]["learning_rate"] == pytest.approx(float(best["learning_rate"]))
    config = f"--config={tmp_path / 'study' / 'best_config.json'}"
    assert train.main([config, f"--output_dir={tmp_path / 'best'}", "--epochs=1"]) == 0
    capsys.readouterr()
    assert tune.main([*words, "--latent_dims=2,9"]) == 2
    assert "the study tries latent_dim [2, 3], not [2, 9]; name another --study" in capsys.readouterr().err
    (tmp_path / "study" / "study.db").write_bytes(b"no database at all, and more than a hundred bytes of it" * 3)
    capsys.readouterr()
    assert tune.main(words) == 2
    assert "cannot hold a study" in capsys.readouterr().err


def test_a_hopeless_trial_is_given_up(cache: Path, tmp_path: Path) -> None:
    import optuna

    config = parse(
        TuneConfig, [*tiny_words(cache, tmp_path), "--epochs=4", "--prune_after=1", "--hidden_choices=4,8-4"]
    )
    study = open_study(config, tmp_path)
    space = {
        "latent_dim": optuna.distributions.CategoricalDistribution(config.latent_dims),
        "widths": optuna.distributions.CategoricalDistribution(config.hidden_choices),
        "learning_rate": optuna.distributions.FloatDistribution(config.lr_low, config.lr_high, log=True),
        "beta_end": optuna.distributions.FloatDistribution(config.beta_low, config.beta_high, log=True),
        "batch_size": optuna.distributions.CategoricalDistribution(config.batch_sizes),
    }
    chosen = {"latent_dim": 64, "widths": "8-4", "learning_rate": 1e-3, "beta_end": 0.01, "batch_size": 32}
    for _ in range(4):  # better than any network
        study.add_trial(
            optuna.trial.create_trial(
                params=chosen, distributions=space, value=0.0, intermediate_values=dict.fromkeys(range(4), 0.0)
            )
        )
    tune.work(config, tmp_path, 1, 0)
    assert study.trials[-1].state is optuna.trial.TrialState.PRUNED


def test_a_trial_is_a_training_with_its_settings(cache: Path, tmp_path: Path) -> None:
    config = parse(TuneConfig, [*tiny_words(cache, tmp_path), "--architecture=mlp"])
    chosen = {"latent_dim": 3, "widths": "32-16", "learning_rate": 0.1, "beta_end": 1e-5, "batch_size": 4}
    found = trial_config(config, chosen, tmp_path / "trial")
    assert (found.model.latent_dim, found.model.hidden_dims) == (3, [32, 16])
    assert (found.trainer.learning_rate, found.loss.beta_end, found.data.batch_size) == (0.1, 1e-5, 4)
    assert found.loss.beta_start <= found.loss.beta_end
    assert not found.export


def test_one_command_hands_over_to_every_room(
    run: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--dataset", "custom", "--mode", "train", *tiny_words(cache, tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "weights.pt").is_file()
    assert command.words_for("validate_data", ["--x"]) == ["--x", "--step", "validate"]
    assert command.words_for("evaluate", ["--output_dir=a"]) == ["--checkpoint=a"]
    assert command.words_for("evaluate", ["--output-dir", "a", "--checkpoint=b"])[0] == "--output-dir"
    sample = ["--mode=generate", "sample", "--count=1", f"--checkpoint={run}", f"--output_dir={tmp_path / 'g'}", *QUICK]
    assert command.main(sample) == 0
    assert (tmp_path / "g" / "sample_1.wav").is_file()
    capsys.readouterr()
    assert command.main(["--mode=trian"]) == 2
    assert "unknown mode 'trian'; nearest: train" in capsys.readouterr().err
    assert command.main(["--dataset=gtzan"]) == 2
    assert "name a mode" in capsys.readouterr().err
    assert command.main(["--help"]) == 0
    assert "Modes: download" in capsys.readouterr().out
    for mode, (room, _) in command.MODES.items():
        assert command.main(["--mode", mode, "--help"]) == 0
        assert f"python -m audio_models.harmonic_vae.{room}" in capsys.readouterr().out


def test_the_tiny_words_mean_the_tiny_config(cache: Path, tmp_path: Path) -> None:
    from audio_models.harmonic_vae.config import TrainConfig

    assert parse(TrainConfig, tiny_words(cache, tmp_path)) == replace(tiny_config(cache, tmp_path))
