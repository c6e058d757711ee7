"""Trains in two processes that share every batch: a program for `test_processes`.

python -m tests.audio_models.training.two_processes FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from shared.files import write_json
from tests.audio_models.training.tiny_task import tiny_trainer

# 25 examples in batches of 8 leave one over: one of the processes has no part in the last batch.
TASK = {"size": 25, "batch_size": 8, "gradient_accumulation": 2, "num_epochs": 2}

if __name__ == "__main__":
    torch.set_num_threads(1)
    trainer = tiny_trainer(sys.argv[1], **TASK, devices=2, strategy="ddp", save_every_steps=1)
    history = trainer.train()
    trainer.load_checkpoint(Path(sys.argv[1]) / "last.pt")  # in both processes
    last = trainer.validate()
    if trainer.fabric.is_global_zero:
        about = {"processes": trainer.fabric.world_size, "tensorflow": "tensorflow" in sys.modules}
        write_json(Path(sys.argv[1]) / "outcome.json", {"history": history, "last": last, **about})
