"""Train the chord generator, then evaluate, export and verify it.

Examples:
    python -m sequence_models.chord_generator.train --epochs 100 --lr 0.0005 --run-name first
    python -m sequence_models.chord_generator.train --songs my_progressions.txt model=small
"""

from __future__ import annotations

import sys

from sequence_models.chord_generator.config import TrainConfig
from sequence_models.startup import start_tensorflow
from shared.cli import entry_point


def train(config: TrainConfig) -> float:
    """Train, write the run's folders, and return the best validation loss (nats per chord).

    Raises:
        ConsortError: when the songs, the run to resume or the weights to start from cannot be used.
    """
    start_tensorflow()
    from sequence_models.chord_generator.fitting import fit

    return fit(config)


@entry_point(TrainConfig)
def main(config: TrainConfig) -> None:
    """Train."""
    print(f"best validation loss: {train(config):.4f} nats per chord")


if __name__ == "__main__":
    sys.exit(main())
