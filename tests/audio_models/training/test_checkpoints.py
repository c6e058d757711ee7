"""A checkpoint is plain data, whole or not there; a file that is none, or another model's, is one sentence."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
import torch

from audio_models.training.checkpoints import load_weights, read_checkpoint
from shared.errors import ConsortError, InputError
from tests.audio_models.training.tiny_task import TinyNet, tiny_trainer


def test_checkpoint_holds_everything_as_plain_data(tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path, save_every=2)
    history = trainer.train()
    names = sorted(path.name for path in tmp_path.glob("*.pt"))
    assert names == ["best.pt", "epoch-0002.pt", "last.pt"]
    content = torch.load(tmp_path / "last.pt", weights_only=True)
    assert {"model", "optimizer", "scheduler", "history", "best_loss", "rng", "data_order", "config"} <= content.keys()
    assert content["history"] == history
    assert content["best_loss"] == trainer.best_loss == min(history["val_loss"])
    assert content["data_order"] == {"seed": 0, "epoch": 3, "batch": 0, "batches": 4}
    assert content["config"]["learning_rate"] == 0.01
    assert set(content["rng"]) == {"python", "numpy", "torch", "cuda"}


def test_weights_are_read_without_a_trainer(tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path)
    trainer.train()
    model = TinyNet()
    load_weights(model, read_checkpoint(tmp_path / "last.pt")["model"], "last.pt")
    points = torch.ones(2, 8)
    trained = trainer._learner.model(points)
    assert all(torch.equal(logits, trained[name]) for name, logits in model(points).items())


def test_other_model_is_refused_by_the_name_of_a_weight(tmp_path: Path) -> None:
    weights = TinyNet().state_dict()
    model = TinyNet()
    model.heads["root"] = torch.nn.Linear(16, 7)
    with pytest.raises(
        InputError, match=r"other.pt is of another model: heads.root.weight is \[4, 16\] in the file and"
    ):
        load_weights(model, weights, tmp_path / "other.pt")
    with pytest.raises(InputError, match=r"extra is \[1\] in the file and nothing in the model"):
        load_weights(TinyNet(), {**weights, "extra": torch.ones(1)}, tmp_path / "other.pt")


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 half a zip"])
def test_damaged_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.pt").write_bytes(content)
    with pytest.raises(InputError, match=r"bad.pt cannot be read as a training checkpoint"):
        read_checkpoint(tmp_path / "bad.pt")


def test_missing_foreign_and_future_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such checkpoint"):
        read_checkpoint(tmp_path / "none.pt")
    torch.save({"model": {}}, tmp_path / "foreign.pt")
    with pytest.raises(InputError, match="is no training checkpoint: it has no optimizer, scheduler"):
        read_checkpoint(tmp_path / "foreign.pt")
    tiny_trainer(tmp_path).save_checkpoint(tmp_path / "future.pt")
    torch.save({**read_checkpoint(tmp_path / "future.pt"), "format": 2}, tmp_path / "future.pt")
    with pytest.raises(InputError, match="has format 2 and this version reads 1"):
        read_checkpoint(tmp_path / "future.pt")


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "sprung",)

    torch.save({"model": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(InputError, match="cannot be read"):
        read_checkpoint(tmp_path / "trap.pt")
    assert not (tmp_path / "sprung").exists()


def test_full_disk_leaves_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = tiny_trainer(tmp_path)
    trainer.save_checkpoint(tmp_path / "last.pt")
    before = (tmp_path / "last.pt").read_bytes()

    def half(content: Any, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(ConsortError, match=r"No space left on device.*intact"):
        trainer.save_checkpoint(tmp_path / "last.pt")
    assert (tmp_path / "last.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]
