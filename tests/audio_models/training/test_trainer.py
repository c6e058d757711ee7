"""The loop: what it returns, learns, counts, writes and shows; other models than the chord recognizer's."""

from __future__ import annotations

import csv
import math
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from audio_models.training.config import TrainingConfig
from audio_models.training.data_order import build_loader
from audio_models.training.trainer import Trainer
from shared.errors import InputError
from shared.files import read_json
from tests.audio_models.training.tiny_task import TinyNet, TinyPoints, tiny_config, tiny_trainer

HISTORY = ["train_loss", "val_loss", "val_chord_type_acc", "val_root_acc", "val_bass_note_acc", "learning_rate"]
LOSSES = ["total_loss", "chord_type_loss", "root_loss", "bass_note_loss"]


def test_defaults_are_those_of_the_contract() -> None:
    config = TrainingConfig()
    assert (config.learning_rate, config.weight_decay, config.batch_size, config.num_epochs) == (1e-4, 0.01, 16, 100)
    assert (config.warmup_epochs, config.scheduler, config.gradient_clip, config.label_smoothing) == (
        5,
        "cosine",
        1.0,
        0.1,
    )
    assert (config.checkpoint_dir, config.save_every, config.patience, config.min_delta) == (
        "checkpoints",
        5,
        15,
        0.001,
    )
    assert (config.log_every, config.device) == (50, "auto")


def test_figures_have_the_names_of_the_heads(tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path)
    assert list(trainer.train_epoch()) == [*LOSSES, "learning_rate"]
    assert list(trainer.validate()) == [*LOSSES, "chord_type_acc", "root_acc", "bass_note_acc"]
    history = trainer.train()
    assert list(history) == HISTORY
    assert all(len(values) == 2 for values in history.values())  # one epoch was driven by hand


def test_cosine_moves_per_epoch_and_one_cycle_per_batch(tmp_path: Path) -> None:
    rates = tiny_trainer(tmp_path / "a", num_epochs=3, warmup_epochs=2).train()["learning_rate"]
    assert rates == pytest.approx([0.005, 0.01, 0.0001])
    trainer = tiny_trainer(tmp_path / "b", num_epochs=3, warmup_epochs=1, scheduler="onecycle")
    assert trainer.train()["learning_rate"][0] == pytest.approx(0.01)  # the last of the first four steps is the top
    assert trainer._learner.schedule.count == 12


def test_one_batch_can_be_learned_by_heart(tmp_path: Path) -> None:
    loader = DataLoader(TinyPoints(8), 8)
    config = tiny_config(tmp_path, num_epochs=60, learning_rate=0.03, label_smoothing=0.0)
    torch.manual_seed(0)
    history = Trainer(TinyNet(), loader, loader, config).train()
    assert history["train_loss"][-1] < 0.05 < history["train_loss"][0]
    assert history["val_root_acc"][-1] == 1.0


def test_accumulated_gradients_are_those_of_the_larger_batch(tmp_path: Path) -> None:
    large = tiny_trainer(tmp_path / "large", size=32, batch_size=16, gradient_clip=0.0)
    small = tiny_trainer(tmp_path / "small", size=32, batch_size=4, gradient_accumulation=4, gradient_clip=0.0)
    for trainer in (large, small):
        trainer.train_epoch()
    assert small._learner.steps_per_epoch == large._learner.steps_per_epoch == 2
    for weight, other in zip(large._learner.model.parameters(), small._learner.model.parameters(), strict=True):
        torch.testing.assert_close(other, weight, rtol=0, atol=1e-6)


def test_early_stopping_keeps_the_best(tmp_path: Path) -> None:
    losses = iter([3.0, 2.0, 1.9995, 2.5, 1.0])
    trainer = tiny_trainer(tmp_path, num_epochs=9, patience=2)
    actual = trainer.validate
    trainer.validate = lambda: {**actual(), "total_loss": next(losses)}  # type: ignore[method-assign]
    history = trainer.train()
    assert history["val_loss"] == [3.0, 2.0, 1.9995, 2.5]  # 1.9995 is better by less than min_delta
    assert trainer.best_loss == 2.0
    best = torch.load(tmp_path / "best.pt", weights_only=True)
    assert best["data_order"]["epoch"] == 2
    ended = tiny_trainer(tmp_path, num_epochs=9, patience=2)
    assert ended.resume()
    assert ended.train() == history  # it had run out of patience, and has not gained any


def test_validation_learns_nothing_and_draws_the_same_every_time(tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path, dropout=0.3, noise=0.3)
    before = {name: weight.clone() for name, weight in trainer._learner.model.state_dict().items()}
    first = trainer.validate()
    torch.rand(5)
    assert trainer.validate() == first
    assert all(torch.equal(weight, before[name]) for name, weight in trainer._learner.model.state_dict().items())


def test_curves_and_history_are_written(tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path, log_every=2)
    history = trainer.train()
    points = read_events(tmp_path / "logs")
    assert {tag for tag, _ in points} >= {
        "train/total_loss", "train/root_loss", "train/learning_rate", "train/gradient_norm",
        "train_epoch/total_loss", "val/total_loss", "val/root_acc",
    }  # fmt: skip
    assert [step for tag, step in points if tag == "train/gradient_norm"] == [2, 4, 6, 8, 10, 12]
    assert points["val/root_acc", 12] == pytest.approx(history["val_root_acc"][-1])
    with (tmp_path / "logs" / "history.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]
    trainer.export_history(tmp_path / "history.json")
    assert read_json(tmp_path / "history.json") == history
    with pytest.raises(InputError, match=r"history.txt: a history is written as .json or .csv"):
        trainer.export_history(tmp_path / "history.txt")


def read_events(folder: Path) -> dict[tuple[str, int], float]:
    """Return the points of TensorBoard's files, with the checksums of its format held against the bytes."""
    points = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        content, start = path.read_bytes(), 0
        while start < len(content):
            header, data = content[start : start + 8], content[start + 12 :]
            size = struct.unpack("<Q", header)[0]
            crcs = struct.unpack("<I", content[start + 8 : start + 12]) + struct.unpack("<I", data[size : size + 4])
            assert crcs == (masked_crc32c(header), masked_crc32c(data[:size]))
            event = Event.FromString(data[:size])
            points |= {(value.tag, event.step): value.simple_value for value in event.summary.value}
            start += size + 16
    return points


def test_without_a_terminal_every_epoch_is_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_trainer(tmp_path, num_epochs=2).train()
    lines = capsys.readouterr().err.splitlines()
    assert [line[:9] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert "val root acc" in lines[0]
    assert lines[1].endswith("00:00 left")


class TinyVae(nn.Module):
    """An autoencoder with a random code: another kind of model, other names, targets that are not classes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.Linear(4, 4), nn.Linear(2, 4)

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        mu, log_var = self.encoder(features).chunk(2, dim=-1)
        z = mu + torch.randn_like(mu) * (0.5 * log_var).exp()
        return {"reconstruction": self.decoder(z), "mu": mu, "log_var": log_var}


def vae_loss(outputs: dict[str, Tensor], targets: Tensor) -> dict[str, Tensor]:
    """Return the squared error and the divergence from the prior, Kingma & Welling 2014, eq. 10."""
    mu, log_var = outputs["mu"], outputs["log_var"]
    error = (outputs["reconstruction"] - targets).square().sum(dim=-1).mean()
    kl = -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(dim=-1).mean()
    return {"total_loss": error + 0.1 * kl, "reconstruction_loss": error, "kl_loss": kl}


def code_spread(outputs: dict[str, Tensor], targets: Tensor) -> dict[str, tuple[float, float]]:
    return {"mu_abs": (float(outputs["mu"].abs().sum()), float(outputs["mu"].numel()))}


def test_another_model_brings_its_own_names(tmp_path: Path) -> None:
    features = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    dataset = TensorDataset(features, features)
    config = tiny_config(tmp_path)
    loaders = build_loader(dataset, config, shuffle=True), build_loader(dataset, config, shuffle=False)
    trainer = Trainer(TinyVae(), *loaders, config, vae_loss, code_spread)
    history = trainer.train()
    assert list(history) == ["train_loss", "val_loss", "val_mu_abs", "learning_rate"]
    assert list(trainer.validate()) == ["total_loss", "reconstruction_loss", "kl_loss", "mu_abs"]
    assert all(math.isfinite(value) for values in history.values() for value in values)


def test_bare_loss_serves_a_model_with_one_output(tmp_path: Path) -> None:
    dataset = TensorDataset(torch.ones(8, 3), torch.ones(8, 1))
    loader: DataLoader[Any] = DataLoader(dataset, 4)
    trainer = Trainer(nn.Linear(3, 1), loader, loader, tiny_config(tmp_path), nn.MSELoss())
    assert list(trainer.train()) == ["train_loss", "val_loss", "learning_rate"]
