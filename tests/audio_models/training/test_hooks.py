"""What a model may add to the engine: names, a line and calls per epoch, a loss that changes, a mean of weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from audio_models.training.checkpoints import FileNames, read_checkpoint, read_weights
from audio_models.training.curves import Curves
from audio_models.training.data_order import build_loader
from audio_models.training.heads import HeadsLoss, head_accuracies
from audio_models.training.trainer import Trainer
from audio_models.training.weight_mean import WeightMean
from shared.errors import ConsortError
from tests.audio_models.training.tiny_task import TinyNet, TinyPoints, tiny_config


class Aware(nn.Module):
    """A loss that notes the steps it is told, and whether it judged training or validation."""

    def __init__(self) -> None:
        super().__init__()
        self.heads, self.steps, self.judged = HeadsLoss(), [], []

    def set_step(self, step: int) -> None:
        self.steps.append(step)

    def forward(self, outputs: Any, targets: Any) -> dict[str, Tensor]:
        self.judged.append(self.training)
        losses: dict[str, Tensor] = self.heads(outputs, targets)
        return losses


def trainer_of(folder: Path, criterion: Any = None, **settings: Any) -> Trainer:
    """Return a trainer of 16 points in batches of 8, with two epochs."""
    names = settings.pop("names", None)
    hooks = {name: settings.pop(name) for name in ("epoch_line", "after_epoch") if name in settings}
    config = tiny_config(folder, **{"num_epochs": 2, **settings})
    torch.manual_seed(1)
    loaders = [build_loader(TinyPoints(16), config, shuffle=shuffle) for shuffle in (True, False)]
    return Trainer(TinyNet(0.2), *loaders, config, criterion or HeadsLoss(), head_accuracies, names, **hooks)


def test_a_criterion_learns_the_step_and_who_is_judged(tmp_path: Path) -> None:
    criterion = Aware()
    trainer_of(tmp_path, criterion).train()
    assert criterion.steps == [0, 1, 2, 3]
    assert criterion.judged == [True, True, False, False] * 2


def test_names_and_lines_are_the_models_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = FileNames(best="m_best.pt", of_epoch="m_{epoch}.pt")
    trainer_of(
        tmp_path, names=names, save_every=1, epoch_line=lambda epoch, epochs, figures: f"{epoch} of {epochs}"
    ).train()
    assert {path.name for path in tmp_path.glob("*.pt")} == {"last.pt", "m_best.pt", "m_1.pt", "m_2.pt"}
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["1 of 2", "2 of 2"]
    assert "epoch 1/2: loss" not in captured.err


def test_calls_after_an_epoch_find_it_saved_and_may_end_the_training(tmp_path: Path) -> None:
    def stop(trainer: Trainer) -> None:
        assert read_checkpoint(tmp_path / "last.pt")["data_order"]["epoch"] == trainer.epoch
        raise ConsortError(f"enough after {trainer.epoch}")

    with pytest.raises(ConsortError, match="enough after 1"):
        trainer_of(tmp_path, after_epoch=(stop,)).train()


def test_curves_are_left_out_where_nobody_wants_them(tmp_path: Path) -> None:
    trainer_of(tmp_path, tensorboard=False).train()
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["history.csv"]


def test_curves_take_pictures_and_sounds(tmp_path: Path) -> None:
    curves = Curves(tmp_path, 0)
    curves.picture("drawn", b"png bytes", (3, 2), 1)
    curves.sound("heard", b"wav bytes", 8000, 5, 1)
    curves.close()
    content = next(tmp_path.iterdir()).read_bytes()
    assert all(part in content for part in (b"drawn", b"png bytes", b"heard", b"wav bytes", b"audio/wav"))


def test_the_mean_of_the_weights_is_the_hand_computed_one() -> None:
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 1.0)
    mean = WeightMean(model, 0.9)
    expected = 1.0
    for step, value in enumerate((2.0, 4.0), start=1):
        nn.init.constant_(model.weight, value)
        mean.take_in(model)
        keep = (1 + step) / (10 + step)
        expected = keep * expected + (1 - keep) * value
    with mean.in_place(model):
        assert model.weight.item() == pytest.approx(expected)
    assert model.weight.item() == 4.0


def test_the_mean_is_what_is_validated_and_kept_and_gone_on_with(tmp_path: Path) -> None:
    whole = trainer_of(tmp_path / "whole", average=0.5)
    history = whole.train()
    content = read_checkpoint(tmp_path / "whole" / "last.pt")
    kept = read_weights(tmp_path / "whole" / "last.pt")
    assert any(not torch.equal(kept[name], weight) for name, weight in content["last_model"].items())
    assert any(not torch.equal(kept[name], weight) for name, weight in whole.model.state_dict().items())
    plain = trainer_of(tmp_path / "plain")
    plain.model.load_state_dict(kept)
    assert plain.validate()["total_loss"] == pytest.approx(history["val_loss"][-1])

    first = trainer_of(tmp_path / "parts", average=0.5, num_epochs=2)
    first.train_epoch()
    first.save_checkpoint(tmp_path / "parts" / "last.pt")
    second = trainer_of(tmp_path / "parts", average=0.5, num_epochs=2)
    assert second.resume()
    second.train_epoch()
    second.save_checkpoint(tmp_path / "parts" / "last.pt")
    assert all(torch.equal(read_weights(tmp_path / "parts" / "last.pt")[name], kept[name]) for name in kept)
