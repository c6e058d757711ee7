"""A run that was killed anywhere and goes on ends with the same weights, to the bit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from audio_models.training.checkpoints import read_checkpoint
from audio_models.training.heads import HeadsLoss
from shared.errors import InputError
from shared.runs import PROJECT_ROOT
from tests.audio_models.training.tiny_task import tiny_trainer

STEPS = 4 * 3  # of a tiny run: 30 examples in batches of 8, three epochs


def same(first: Any, second: Any) -> bool:
    """Compare trees of plain data and tensors to the bit."""
    if isinstance(first, Tensor):
        return torch.equal(first, second)
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[name], second[name]) for name in first)
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)


@pytest.mark.slow
def test_runs_killed_at_any_step_end_with_the_weights_of_a_whole_one(tmp_path: Path) -> None:
    fatal = [str(step) for step in range(1, STEPS + 1)]
    command = [sys.executable, "-m", "tests.audio_models.training.killed_runs", str(tmp_path), *fatal]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    ended = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    whole = torch.load(tmp_path / "whole" / "final.pt", weights_only=True)
    for step in fatal:
        resumed = torch.load(tmp_path / f"killed-{step}" / "final.pt", weights_only=True)
        assert same(whole, resumed), f"killed at step {step}"


class _Interrupted(Exception):  # noqa: N818 - it stands for a person's hand, not for an error
    pass


class _Interrupting(nn.Module):
    """A loss that stops the run at its n-th training step."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self._left, self._loss = step, HeadsLoss()

    def forward(self, outputs: Any, targets: Any) -> dict[str, Tensor]:
        self._left -= torch.is_grad_enabled()
        if self._left == 0:
            raise _Interrupted
        return self._loss(outputs, targets)


@pytest.mark.parametrize(
    "settings",
    [
        {"scheduler": "cosine"},
        {"scheduler": "onecycle", "save_every_steps": 1},
        {"gradient_accumulation": 3, "save_every_steps": 1},
        {"precision": "bf16-mixed"},
        {"workers": 1, "num_epochs": 2, "save_every_steps": 1},
    ],
    ids=lambda settings: " ".join(f"{name}={value}" for name, value in settings.items()),
)
def test_interrupted_run_goes_on_as_if_nothing_was(tmp_path: Path, settings: dict[str, Any]) -> None:
    chance = {"dropout": 0.3, "noise": 0.2}
    whole = tiny_trainer(tmp_path / "whole", criterion=HeadsLoss(), **chance, **settings)
    whole.train()
    stopped = tiny_trainer(tmp_path / "run", criterion=_Interrupting(8), **chance, **settings)
    with pytest.raises(_Interrupted):
        stopped.train()
    resumed = tiny_trainer(tmp_path / "run", criterion=HeadsLoss(), **chance, **settings)
    assert resumed.resume()
    saved_within = "save_every_steps" in settings
    assert resumed.epoch == 1
    assert (resumed._done > 0) == saved_within
    assert resumed.train() == whole.history
    last = [read_checkpoint(tmp_path / name / "last.pt") for name in ("whole", "run")]
    for content in last:
        content.pop("config")  # names the folder
    assert same(*last)


def test_epochs_may_be_driven_by_hand_and_saved_between(tmp_path: Path) -> None:
    whole = tiny_trainer(tmp_path / "whole", dropout=0.3)
    expected = [whole.train_epoch() for _ in range(2)]
    first = tiny_trainer(tmp_path, dropout=0.3)
    assert first.train_epoch() == expected[0]
    first.save_checkpoint(tmp_path / "mine.pt")
    drawn = torch.rand(2)
    second = tiny_trainer(tmp_path, dropout=0.3)
    second.load_checkpoint(tmp_path / "mine.pt")
    assert torch.equal(torch.rand(2), drawn)  # the generators are where they were
    assert second.train_epoch() == expected[1]


def test_without_a_checkpoint_nothing_is_resumed(tmp_path: Path) -> None:
    trainer = tiny_trainer(tmp_path)
    assert not trainer.resume()
    assert trainer.epoch == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"seed": 3}, "was trained with seed=0, not 3"),
        ({"scheduler": "onecycle"}, "was trained with scheduler=cosine"),
        ({"batch_size": 5}, "stopped within an epoch of 4 batches, and now there are 6"),
    ],
)
def test_other_data_or_schedule_is_refused(tmp_path: Path, settings: dict[str, Any], sentence: str) -> None:
    stopped = tiny_trainer(tmp_path, criterion=_Interrupting(3), save_every_steps=1)
    with pytest.raises(_Interrupted):
        stopped.train()
    with pytest.raises(InputError, match=sentence):
        tiny_trainer(tmp_path, **settings).resume()
