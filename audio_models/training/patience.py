"""When to stop: the best loss so far, and for how many epochs it has not been beaten."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Patience:
    """Early stopping. Only a loss lower by more than `min_delta` counts as better."""

    patience: int
    min_delta: float
    best_loss: float | None = None
    stale: int = 0

    @property
    def is_over(self) -> bool:
        """Whether training should stop."""
        return self.stale >= self.patience

    def is_better(self, loss: float) -> bool:
        """Take in an epoch's loss and tell whether it is the best so far."""
        if self.best_loss is None or loss < self.best_loss - self.min_delta:
            self.best_loss, self.stale = loss, 0
            return True
        self.stale += 1
        return False
