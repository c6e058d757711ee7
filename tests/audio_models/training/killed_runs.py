"""Trains, is killed in the middle of a step, goes on: a program for `test_resume`, in a process of its own.

    python -m tests.audio_models.training.killed_runs FOLDER STEP...

For each STEP a child trains until the loss of that step is computed and then kills itself with SIGKILL; another
child goes on. Children are forked, so that torch is imported once.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from audio_models.training.heads import HeadsLoss
from tests.audio_models.training.tiny_task import tiny_trainer


class DeadlyLoss(nn.Module):
    """A loss that ends the process at its n-th training step, without a word and without a chance to tidy up."""

    def __init__(self, fatal_step: int) -> None:
        super().__init__()
        self._left, self._loss = fatal_step, HeadsLoss()

    def forward(self, outputs: Any, targets: Any) -> dict[str, Tensor]:
        losses = self._loss(outputs, targets)
        if torch.is_grad_enabled():  # not in validation
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return losses


def train(folder: Path, fatal_step: int, save_every_steps: int, *, resume: bool = False) -> None:
    """Train with everything that draws at random: order, augmentation, dropout; write `final.pt`."""
    criterion = DeadlyLoss(fatal_step)
    trainer = tiny_trainer(
        folder, dropout=0.3, noise=0.2, criterion=criterion, scheduler="onecycle", save_every_steps=save_every_steps
    )
    if resume:
        assert trainer.resume()
    history = trainer.train()
    torch.save({"history": history, "optimizer": trainer._learner.state_dict()}, folder / "final.pt")


def forked(*arguments: Any, **named: Any) -> int:
    """Run `train` in a forked child and return how it ended: 0, or minus the number of the signal."""
    child = os.fork()
    if child == 0:
        try:
            train(*arguments, **named)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    torch.set_num_threads(1)
    root = Path(sys.argv[1])
    assert forked(root / "whole", 0, 0) == 0
    for number, word in enumerate(sys.argv[2:]):
        run, saves = root / f"killed-{word}", 2 * (number % 2)  # every second run also saves within the epoch
        assert forked(run, int(word), saves) == -signal.SIGKILL
        assert not (run / "final.pt").exists()
        assert forked(run, 0, saves, resume=True) == 0
