"""Callbacks of the composing wing, beside those that Keras brings."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from sequence_models.checkpoints import TrainingState
from sequence_models.memory import keep_freed_memory
from shared.errors import ConsortError


class EpochSeeds(keras.callbacks.Callback):
    """Draws data and dropout of each epoch from (seed, epoch) alone, so that a resumed run repeats them."""

    def __init__(self, begin_epoch: Callable[[int], None], seed: int) -> None:
        """Take what prepares the data of an epoch."""
        super().__init__()
        self._begin_epoch, self._seed = begin_epoch, seed

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Draw the epoch's windows and reset every dropout generator."""
        self._begin_epoch(epoch)
        for index, generator in enumerate(seed_generators(self.model)):
            generator.state.assign(np.array([self._seed + index, epoch], dtype="uint32"))


def seed_generators(model: keras.Model) -> list[keras.random.SeedGenerator]:
    """Return the random generators of a model's layers, in a fixed order."""
    owners = [part for layer in model.layers for part in (layer, getattr(layer, "cell", None)) if part]
    found = [getattr(owner, "seed_generator", None) for owner in owners]
    return list({id(generator): generator for generator in found if generator is not None}.values())


class BestModel(keras.callbacks.ModelCheckpoint):
    """Keras's ModelCheckpoint of the best validation loss, renamed into place once it is whole."""

    def __init__(self, path: Path) -> None:
        """Take where the best model goes."""
        self._aside, self._path = path.with_name(f".{path.name}"), path
        super().__init__(self._aside, monitor="val_loss", mode="min", save_best_only=True)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Save aside when the epoch is the best so far, then replace the best before."""
        super().on_epoch_end(epoch, logs)
        if self._aside.exists():
            self._aside.replace(self._path)


class AveragedWeights(keras.callbacks.Callback):
    """Lends validation, and whoever keeps the best model, the optimizer's mean of the weights (Polyak & Juditsky 1992).

    `given_back` stands after them in the list and returns to training its own weights.
    """

    def __init__(self) -> None:
        """Begin with nothing lent."""
        super().__init__()
        self._own: list[np.ndarray] = []
        self.given_back = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: self._give_back())

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the weights of the last step and put the means in their place."""
        weights = self.model.trainable_variables
        self._own = [weight.numpy() for weight in weights]
        self.model.optimizer.finalize_variable_values(weights)

    def _give_back(self) -> None:
        for weight, own in zip(self.model.trainable_variables, self._own, strict=True):
            weight.assign(own)


class SaveState(keras.callbacks.Callback):
    """Writes the state after each epoch; comes last, when the other callbacks have had their say."""

    def __init__(self, state: TrainingState, others: list[keras.callbacks.Callback]) -> None:
        """Take the callbacks whose memory belongs to the state."""
        super().__init__()
        self._state, self._others = state, others
        self.memories: list[dict[str, Any]] = []
        self.history: dict[str, list[float]] = {}

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Add the epoch to the history and save."""
        for name, value in {"epoch": epoch, **(logs or {})}.items():
            self.history.setdefault(name, []).append(float(value))
        content = {"history": self.history, "callbacks": [memory_of(other) for other in self._others]}
        self._state.save(self.model, epoch, content)

    def restore(self, content: dict[str, Any]) -> None:
        """Take over what `TrainingState.restore` returned."""
        self.history, self.memories = content["history"], content["callbacks"]

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Give the callbacks their memory back: Keras has just reset them."""
        for other, memory in zip(self._others, self.memories, strict=False):
            vars(other).update(memory)


def memory_of(callback: keras.callbacks.Callback) -> dict[str, Any]:
    """Return what a callback remembers from epoch to epoch: its plain numbers."""
    names = ("best", "best_epoch", "wait", "cooldown_counter", "stopped_epoch", "elapsed_s", "limit_s")
    return {name: float(vars(callback)[name]) for name in names if vars(callback).get(name) is not None}


class KeepFreedMemory(keras.callbacks.Callback):
    """Keeps freed memory from an epoch's first batch on: the datasets, which give it back, exist by then."""

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Undo what the dataset has set."""
        if batch == 0:
            keep_freed_memory()


class StopOnNaN(keras.callbacks.Callback):
    """Stops at once when the loss is no number; the last good checkpoint stays."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Check the running loss.

        Raises:
            ConsortError: naming the batch.
        """
        if not np.isfinite((logs or {}).get("loss", 0.0)):
            raise ConsortError(
                f"the loss of batch {batch} is not a number; lower --learning-rate (the last good epoch is saved)"
            )


class TimeLimit(keras.callbacks.Callback):
    """Ends training after the epoch that passes a limit; time before an interruption counts."""

    def __init__(self, limit_s: float) -> None:
        """Take the limit in seconds; 0 means none."""
        super().__init__()
        self.limit_s, self.elapsed_s = limit_s, 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Start the epoch's clock."""
        self._start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Add the epoch and compare."""
        self.elapsed_s += time.monotonic() - self._start
        if self.limit_s and self.elapsed_s >= self.limit_s:
            self.model.stop_training = True


class CosineRate(keras.callbacks.Callback):
    """The learning rate of each step: linear warm-up, then half a cosine down to 1 %. Loshchilov & Hutter 2017.

    A run with a time limit reaches the end of its cosine when the time is up, if that comes first.
    """

    def __init__(self, peak: float, epochs: int, warmup: int, steps: Callable[[], int], clock: TimeLimit) -> None:
        """Take the highest rate, the epochs, the steps of warm-up and of an epoch, and the clock of the run."""
        super().__init__()
        self._peak, self._epochs, self._warmup = peak, epochs, warmup
        self._steps, self._clock = steps, clock

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Find how much of the run is done, 0 to 1, and how much one step of this epoch adds."""
        steps = self._steps()
        self._first_step = epoch * steps
        spent = self._clock.elapsed_s / self._clock.limit_s if self._clock.limit_s else 0.0
        self._done = max(epoch / self._epochs, spent)
        self._added = max(1 / self._epochs, spent / epoch if epoch else 0.0) / steps

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Set the rate."""
        warm = min(1.0, (self._first_step + batch + 1) / max(1, self._warmup))
        done = min(1.0, self._done + batch * self._added)
        rate = self._peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        self.model.optimizer.learning_rate.assign(warm * rate)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Report the rate beside the losses."""
        if isinstance(logs, dict):
            logs["learning_rate"] = float(self.model.optimizer.learning_rate.numpy())


class Progress(keras.callbacks.Callback):
    """One bar for the whole run: epoch, loss, validation figures and the time that is left."""

    def __init__(self, epochs: int, first_epoch: int, steps: int) -> None:
        """Take the plan of the run."""
        super().__init__()
        self._bar = tqdm(total=epochs * steps, initial=first_epoch * steps, unit="step", dynamic_ncols=True)
        self._epochs = epochs
        self._validation = ""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Advance by one step."""
        self._bar.update()
        self._bar.set_postfix_str(f"loss {(logs or {}).get('loss', 0):.3f}{self._validation}", refresh=False)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Show which epoch begins."""
        self._bar.set_description(f"epoch {epoch + 1}/{self._epochs}")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Show the validation figures; without a terminal, print a line per epoch."""
        values = logs or {}
        self._validation = f", val loss {values['val_loss']:.3f}, val accuracy {values['val_accuracy']:.1%}"
        if self._bar.disable or not self._bar.fp.isatty():
            rate = values.get("learning_rate", 0.0)
            tqdm.write(f"epoch {epoch + 1}/{self._epochs}: loss {values['loss']:.4f}{self._validation}, lr {rate:.2g}")

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Close the bar."""
        self._bar.close()
