"""Every flag of a training is read, and does what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from audio_models.harmonic_vae.config import TrainConfig
from audio_models.harmonic_vae.data import load_splits
from audio_models.harmonic_vae.loss import VaeLoss
from audio_models.harmonic_vae.model import HarmonicVae, build_model
from audio_models.harmonic_vae.train import build_trainer, main
from audio_models.training.trainer import Trainer
from shared.cli import parse
from shared.runs import Run
from tests.audio_models.harmonic_vae.tiny_run import tiny_words

Looked = Callable[[Trainer], object]


def criterion(trainer: Trainer) -> VaeLoss:
    loss = trainer._learner._criterion
    assert isinstance(loss, VaeLoss)
    return loss


def trained(trainer: Trainer) -> torch.Tensor:
    """Return the weights after the steps of an epoch, in one row."""
    torch.manual_seed(0)
    trainer.train_epoch()
    return torch.cat([weight.flatten() for weight in trainer.model.parameters()])


def heard(trainer: Trainer) -> torch.Tensor:
    """Return what the network hears of the first batch in training."""
    torch.manual_seed(0)
    inputs, _ = next(iter(trainer._training._loader))
    log_mel: torch.Tensor = trainer.model.train()(inputs).log_mel
    return log_mel


def begun(trainer: Trainer) -> torch.Tensor:
    """Return where the linear path begins, given some segments."""
    model = trainer.model
    assert isinstance(model, HarmonicVae)
    assert model.linear is not None
    torch.manual_seed(0)
    model.linear.fit(torch.rand(20, model.audio.n_mels, model.audio.frames))
    return model.linear.to_point.weight.detach()


# Flag -> what it is turned to, and where its effect is seen.
SEEN: dict[str, tuple[str, Looked]] = {
    "epochs": ("7", lambda trainer: trainer.config.num_epochs),
    "batch_size": ("5", lambda trainer: len(next(iter(trainer._training._loader))[0])),
    "latent_dim": ("6", lambda trainer: trainer.model(torch.zeros(1, 4000)).mu.shape),
    "learning_rate": ("1e-5", trained),
    "weight_decay": ("0.9", trained),
    "beta_start": ("0.5", lambda trainer: criterion(trainer).train().beta),
    "beta_end": ("0.5", lambda trainer: criterion(trainer).eval().beta),
    "beta_steps": ("50", trained),
    "free_bits": ("3", lambda trainer: criterion(trainer)(trainer.model(torch.zeros(2, 4000)), None)["kl_loss"].item()),
    "reconstruction": ("mse", lambda trainer: trainer.validate()["reconstruction_loss"]),
    "segment_length": ("0.4", lambda trainer: heard(trainer).shape),
    "n_mels": ("12", lambda trainer: heard(trainer).shape),
    "n_fft": ("512", heard),
    "hop_length": ("100", lambda trainer: heard(trainer).shape),
    "validation_split": ("0.4", lambda trainer: len(trainer._validation._loader.dataset)),  # type: ignore[arg-type]
    "checkpoint_every": ("1", lambda trainer: trainer.config.save_every),
    "clip_grad": ("1e-9", trained),
    "grad_accum_steps": ("2", lambda trainer: (trainer.train_epoch(), trainer._learner.steps_per_epoch)[1]),
    "augment_strength": ("0.9", heard),
    "seed": ("3", trained),
    "scheduler": ("onecycle", lambda trainer: trainer._learner.schedule.per_step),
    "warmup_epochs": ("3", lambda trainer: trainer._learner.schedule.rate),
    "dropout": ("0.5", trained),
    "adam_beta2": ("0.9", trained),
    "average": ("0", lambda trainer: trainer._learner.mean is None),
    "linear_basis": ("principal", begun),
    "hidden_dims": ("24", lambda trainer: sum(weight.numel() for weight in trainer.model.parameters())),
    "blocks": ("2", lambda trainer: sum(weight.numel() for weight in trainer.model.parameters())),
    "architecture": ("convolutional", lambda trainer: sum(weight.numel() for weight in trainer.model.parameters())),
    "channels": ("8,16", lambda trainer: sum(weight.numel() for weight in trainer.model.parameters())),
}
SWITCHES: dict[str, Looked] = {
    "augment": heard,
    "mixed_precision": trained,
    "use_tensorboard": lambda trainer: trainer.config.tensorboard,
    "random_offset": heard,
    "linear_path": lambda trainer: sum(weight.numel() for weight in trainer.model.parameters()),
    "linear_trains": lambda trainer: sum(weight.requires_grad for weight in trainer.model.parameters()),
}
# What a network or an example hears differently only together with another flag.
WITH = {
    "channels": ["--architecture=convolutional"],
    "blocks": ["--architecture=convolutional"],
    "augment_strength": ["--augment"],
}


def look(words: list[str], folder: Path, looked: Looked) -> object:
    """Return what is seen of a trainer that the words ask for."""
    config = parse(TrainConfig, words)
    torch.manual_seed(config.seed)
    run = Run("tiny", "harmonic_vae", folder, folder)
    trainer = build_trainer(
        config, build_model(config.model, config.audio), load_splits(config.audio, config.data), run
    )
    return looked(trainer)


def differ(first: object, second: object) -> bool:
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        return first.shape != second.shape or not torch.equal(first, second)
    return first != second


@pytest.mark.parametrize("flag", SEEN)
def test_a_value_is_obeyed(flag: str, cache: Path, tmp_path: Path) -> None:
    value, looked = SEEN[flag]
    words = [*tiny_words(cache, tmp_path), *WITH.get(flag, [])]
    before = look(words, tmp_path, looked)
    assert not differ(look(words, tmp_path, looked), before)  # and nothing else makes the difference
    assert differ(look([*words, f"--{flag}={value}"], tmp_path, looked), before)


@pytest.mark.parametrize("flag", SWITCHES)
def test_a_switch_is_obeyed(flag: str, cache: Path, tmp_path: Path) -> None:
    words, looked = tiny_words(cache, tmp_path), SWITCHES[flag]
    on, off = (look([*words, f"--{no}{flag}"], tmp_path, looked) for no in ("", "no-"))
    assert differ(on, off)


@pytest.mark.parametrize(
    "word", ["model=mlp_fast", "model=wide", "model=convolutional", "loss=cyclical", "loss=squares"]
)
def test_every_departure_takes_a_step(word: str, cache: Path, tmp_path: Path) -> None:
    plain = [each for each in tiny_words(cache, tmp_path) if "hidden_dims" not in each and "channels" not in each]
    figures = look([word, "trainer=quick_test", *plain, "--batch_size=64"], tmp_path, Trainer.train_epoch)
    assert isinstance(figures, dict)
    assert figures["total_loss"] > 0


def test_no_strength_is_no_augmentation(cache: Path, tmp_path: Path) -> None:
    words = tiny_words(cache, tmp_path)
    plain = look(words, tmp_path, heard)
    assert not differ(look([*words, "--augment", "--augment_strength=0"], tmp_path, heard), plain)


def test_folders_files_and_sample_rate_are_obeyed(
    music: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One run from a folder of music, without a cache: where it comes from, goes to, and what it leaves there."""
    words = [word for word in tiny_words(tmp_path / "fresh", tmp_path / "out") if not word.startswith("--sample_rate")]
    given = ["--dataset=custom", f"--custom_dir={music}", "--sample_rate=4000", "--epochs=2", "--checkpoint_every=1"]
    assert main([*words, *given, "--no-use_tensorboard"]) == 0
    assert {path.name for path in (tmp_path / "out" / "checkpoints").iterdir()} == {
        "last.pt", "harmonic_vae_best.pt", "harmonic_vae_epoch_1.pt", "harmonic_vae_epoch_2.pt",
    }  # fmt: skip
    assert [path.name for path in (tmp_path / "out" / "logs").iterdir()] == ["history.csv"]
    # The settings of a run are a config file.
    again = [f"--config={tmp_path / 'out' / 'config.json'}", f"--output_dir={tmp_path / 'again'}"]
    assert main(again) == 0
    assert (tmp_path / "again" / "metrics.json").read_bytes() == (tmp_path / "out" / "metrics.json").read_bytes()
    capsys.readouterr()
    assert main(["--dataset=nowhere"]) == 2
    assert "--dataset is 'nowhere'; it must be one of custom, gtzan" in capsys.readouterr().err
