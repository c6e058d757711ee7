"""Training as users run it: what a run leaves and prints, going on to the bit, fine-tuning, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from audio_models.harmonic_vae import run_folder, train
from audio_models.harmonic_vae.run_folder import load_model, weights_of
from audio_models.training.checkpoints import read_checkpoint, read_weights
from audio_models.training.trainer import Trainer
from shared.files import read_json
from tests.audio_models.harmonic_vae.tiny_run import tiny_config, tiny_words

LINE = re.compile(
    r"Epoch (\d+)/(\d+), Train Loss: (\d\.\d{4}), Val Loss: (\d\.\d{4}), Recon: (\d\.\d{4}), KL: (\d\.\d{4}), "
    r"LR: (\d\.\d{5})"
)


def test_a_run_leaves_what_every_room_needs(run: Path) -> None:
    names = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert {
        "config.json", "metrics.json", "summary.json", "weights.pt", "label_means.npz",
        "controls_pca.npz", "controls_separable.npz",
        "training_sources.json", "checkpoints/last.pt", "checkpoints/harmonic_vae_best.pt",
        "checkpoints/harmonic_vae_epoch_3.pt", "checkpoints/harmonic_vae_epoch_6.pt", "logs/history.csv",
        "harmonic_vae_encoder.onnx", "harmonic_vae_encoder.json", "harmonic_vae_decoder.md",
    } <= names  # fmt: skip
    shown = {name.removeprefix("visualizations/epoch_0006/") for name in names if name.startswith("visualizations")}
    assert shown == {
        "reconstructions.png", "samples.png", "latent_tsne.png", "original_1.wav", "original_2.wav",
        "reconstruction_1.wav", "reconstruction_2.wav", "sample_1.wav", "sample_2.wav",
    }  # fmt: skip
    assert set(run_folder.load_label_means(run)) == {"bells", "drums"}
    sources = read_json(run / "training_sources.json")
    assert sources["dataset"]["custom"] > 10
    history = read_checkpoint(run / "checkpoints" / "last.pt")["history"]
    assert history["val_recon"][-1] < history["val_recon"][0]
    best = read_weights(run / "checkpoints" / "harmonic_vae_best.pt")
    assert all(torch.equal(weight, best[name]) for name, weight in read_weights(weights_of(run)).items())


def test_curves_hold_pictures_and_sounds(run: Path) -> None:
    (events,) = (run / "logs").glob("events*")
    content = events.read_bytes()
    for tag in (b"pictures/reconstructions", b"pictures/latent_tsne", b"sounds/sample_1", b"val/active_units"):
        assert tag in content


def test_every_epoch_prints_its_line(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(tiny_words(cache, tmp_path / "out")) == 0
    lines = LINE.findall(capsys.readouterr().out)
    assert [line[:2] for line in lines] == [("1", "3"), ("2", "3"), ("3", "3")]
    for line in lines:
        assert float(line[4]) + float(line[5]) == pytest.approx(float(line[3]), abs=1.01e-4)


class StoppedError(Exception):
    """Ends a training from within."""


def weights_after(config: object, *, stop_after: int = 0) -> dict[str, torch.Tensor]:
    """Return the weights of the last epoch; `stop_after` ends the run there."""

    def stop(trainer: Trainer) -> None:
        if trainer.epoch == stop_after:
            raise StoppedError

    output = Path(config.output_dir)  # type: ignore[attr-defined]
    if stop_after:
        with pytest.raises(StoppedError):
            train.train(config, (stop,))  # type: ignore[arg-type]
    else:
        train.train(config)  # type: ignore[arg-type]
    return read_weights(output / "checkpoints" / "last.pt")


@pytest.mark.parametrize("augment", [False, True])
def test_a_stopped_run_goes_on_to_the_same_bits(cache: Path, tmp_path: Path, augment: bool) -> None:
    whole = tiny_config(cache, tmp_path / "whole")
    whole.data.augment = augment
    expected = weights_after(whole)
    parts = tiny_config(cache, tmp_path / "parts")
    parts.data.augment = augment
    weights_after(parts, stop_after=2)
    parts.resume_from = str(tmp_path / "parts")
    found = weights_after(parts)
    assert all(torch.equal(found[name], weight) for name, weight in expected.items())


def test_an_epoch_can_be_gone_on_from_in_another_folder(cache: Path, tmp_path: Path) -> None:
    first = tiny_config(cache, tmp_path / "first")
    expected = weights_after(first)
    second = tiny_config(cache, tmp_path / "second")
    second.resume_from = str(tmp_path / "first" / "checkpoints" / "harmonic_vae_epoch_2.pt")
    found = weights_after(second)
    assert all(torch.equal(found[name], weight) for name, weight in expected.items())


def test_other_settings_are_named_and_nothing_is_lost(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tiny_words(cache, tmp_path / "out")
    assert train.main(words) == 0
    before = (tmp_path / "out" / "config.json").read_bytes()
    capsys.readouterr()
    again = [*words, f"--resume_from={tmp_path / 'out'}", "--beta_end=0.5", "--epochs=9"]
    assert train.main(again) == 2
    err = capsys.readouterr().err
    assert "loss.beta_end (0.01 there, 0.5 here)" in err
    assert "trainer.epochs (3 there, 9 here)" in err
    assert err.count("\n") == 1
    assert (tmp_path / "out" / "config.json").read_bytes() == before
    assert train.main([*words, "--resume_from=/nowhere"]) == 2
    assert "nothing to go on with in /nowhere" in capsys.readouterr().err


def test_fine_tuning_takes_the_weights_and_nothing_else(run: Path, cache: Path, tmp_path: Path) -> None:
    config = tiny_config(cache, tmp_path / "tuned", resume_from=str(run), fresh_schedule=True)
    config.trainer.learning_rate, config.trainer.epochs, config.data.seed = 1e-12, 1, 5  # other data, hardly a step
    config.trainer.weight_decay = 0.0
    train.train(config)
    assert read_checkpoint(tmp_path / "tuned" / "checkpoints" / "last.pt")["data_order"]["epoch"] == 1
    last = read_checkpoint(run / "checkpoints" / "last.pt")["model"]
    for name, weight in load_model(tmp_path / "tuned").state_dict().items():
        torch.testing.assert_close(weight, last[name], atol=1e-6, rtol=0)


def test_a_collapsed_latent_space_stops_the_run(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*tiny_words(cache, tmp_path / "dead"), "--beta_start=1000", "--beta_end=1000", "--free_bits=0"]
    assert train.main([*words, "--epochs=30", "--learning_rate=0.03"]) == 2
    captured = capsys.readouterr()
    assert "the latent space collapsed" in captured.err
    assert 0 < len(LINE.findall(captured.out)) < 30
    assert not (tmp_path / "dead" / "weights.pt").exists()


def test_what_cannot_go_on_is_one_sentence(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    assert train.main(tiny_words(cache, blocked / "out")) == 2
    assert "cannot make the folder" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.mkdir()
    words = tiny_words(tmp_path / "new_cache", tmp_path / "out")
    assert train.main([*words, f"--custom_dir={empty}"]) == 2
    assert str(empty) in capsys.readouterr().err
    assert train.main([*tiny_words(cache, tmp_path / "long"), "--segment_length=60"]) == 2
    assert "too short" in capsys.readouterr().err
    assert train.main([*tiny_words(cache, tmp_path / "wild"), "--learning_rate=1e30", "--clip_grad=0"]) == 2
    assert "not a number" in capsys.readouterr().err.replace("are not numbers", "is not a number")

    def full(*arguments: object, **named: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("audio_models.harmonic_vae.model.HarmonicVae.decode", full)
    assert train.main(tiny_words(cache, tmp_path / "full")) == 2
    assert re.search(r"out of memory at training batch 1 of epoch 1 .*; lower batch_size", capsys.readouterr().err)
