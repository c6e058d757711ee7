"""Train the MIDI nets, then evaluate, export and verify them.

Examples:
    python -m sequence_models.midi_models.train --task all --epochs 100 --batch-size 32 --learning-rate 0.001
    python -m sequence_models.midi_models.train --task harmony data=real trainer=real --run-name mine
    python -m sequence_models.midi_models.train --task melody model=sequence data=real trainer=sequence
    python -m sequence_models.midi_models.train --task groove --finetune-from checkpoints/emotion --freeze-layers 1
"""

from __future__ import annotations

import sys

from sequence_models.midi_models.config import TrainConfig
from sequence_models.startup import choose_device
from shared.cli import entry_point


def train(config: TrainConfig) -> float:
    """Train, write the run's folders, and return the best validation loss in nats, the mean over the tasks.

    Raises:
        ConsortError: when samples, device or the weights to start from cannot be used.
    """
    choose_device(config.trainer.device)
    from sequence_models.midi_models.fitting import fit

    return fit(config)


@entry_point(TrainConfig)
def main(config: TrainConfig) -> None:
    """Train."""
    print(f"best validation loss: {train(config):.4f} nats")


if __name__ == "__main__":
    sys.exit(main())
