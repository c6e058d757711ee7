"""The training loop of every model of the hearing wing, on Lightning Fabric.

    trainer = Trainer(model, train_loader, val_loader, TrainingConfig(), criterion)
    trainer.resume()           # goes on where a run in the same folder was killed, if one was
    history = trainer.train()

Loaders yield pairs (inputs, targets); `model(inputs)` gives outputs, `criterion(outputs, targets)` a dict of
losses with `total_loss`, `measures(outputs, targets)` what else is counted. What these dicts name is what the
history, the curves and the progress bar show: the engine knows no model. A criterion that changes with time has
`set_step(step)`, and as a module it is told by `training` whether it judges training or validation.

A run that was killed at any step and goes on ends with the same weights to the bit: a checkpoint says how many
batches of which epoch are done, and `batches` draws each batch, and all chance in it, from seed, epoch and number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from audio_models.training.batches import Batch, Batches
from audio_models.training.checkpoints import FileNames, check_order, read_checkpoint, write_checkpoint
from audio_models.training.config import TrainingConfig
from audio_models.training.curves import Curves, History, write_history
from audio_models.training.heads import HeadsLoss, Tally, head_accuracies
from audio_models.training.learner import Criterion, Learner
from audio_models.training.metrics import MetricsTracker
from audio_models.training.patience import Patience
from audio_models.training.processes import added_up, start_fabric
from audio_models.training.progress import EpochLine, Progress
from audio_models.training.randomness import VALIDATION, random_states, restore_random_states
from shared.runs import config_snapshot


class Trainer:
    """Trains one model. `epoch` counts finished epochs; `history` has a value per epoch under each name."""

    def __init__(
        self,
        model: nn.Module,
        train_loader: DataLoader[Any],
        val_loader: DataLoader[Any],
        config: TrainingConfig,
        criterion: Criterion | None = None,
        measures: Callable[[Any, Any], Tally] = head_accuracies,
        names: FileNames | None = None,
        epoch_line: EpochLine | None = None,
        after_epoch: Sequence[Callable[[Trainer], None]] = (),
    ) -> None:
        """Put everything in place; with several devices, start the other processes.

        Args:
            model: takes the inputs of a batch.
            train_loader: pairs (inputs, targets); its batches are those of all processes together.
            val_loader: likewise.
            config: how to train.
            criterion: outputs and targets to scalar losses, among them `total_loss`; left out, a cross-entropy
                per head with the config's label smoothing.
            measures: outputs and targets to what validation counts besides losses, as (sum, over how many).
            names: of the checkpoints; left out, `last.pt`, `best.pt` and `epoch-0005.pt`.
            epoch_line: epoch, epochs and figures to the line that an epoch prints; left out, one of the engine's.
            after_epoch: called in turn when an epoch is recorded and saved; what they raise ends the training.

        Raises:
            InputError: when a loader is empty or the machine has not what the config asks for.
        """
        self.config = config
        self.fabric = start_fabric(config)
        place = (config.seed, self.fabric.global_rank, self.fabric.world_size)
        self._training = Batches(train_loader, "training", *place)
        self._validation = Batches(val_loader, "validation", *place)
        criterion = HeadsLoss(label_smoothing=config.label_smoothing) if criterion is None else criterion
        self._learner = Learner(self.fabric, model, criterion, config, len(self._training))
        self._measures = measures
        self._names = names or FileNames()
        self._epoch_line, self._after_epoch = epoch_line, after_epoch
        self.history: History = {}
        self.epoch = 0
        self._done = 0  # batches of the epoch that follows `epoch`
        self._losses = MetricsTracker(_nothing)  # of these batches
        self._patience = Patience(config.patience, config.min_delta)
        self.curves, self._progress = Curves(None, 0), Progress(1, 1, 0, silent=True)

    def averaged(self) -> AbstractContextManager[None]:
        """Let `model` have the mean of its weights while the context lasts, where the config asks for a mean."""
        return self._learner.averaged()

    @property
    def model(self) -> nn.Module:
        """The network as it was given, on its device."""
        return self._learner.weights

    @property
    def best_loss(self) -> float:
        """The lowest validation loss so far; infinite before the first."""
        return math.inf if self._patience.best_loss is None else self._patience.best_loss

    def train(self) -> History:
        """Train until the last epoch or until patience runs out, and return the history.

        It has `train_loss`, `val_loss`, `val_` + name for each measure (`val_root_acc`), and `learning_rate`.

        Raises:
            ConsortError: when a loss is not a number or a batch cannot be used; the last checkpoint stays.
        """
        folder, is_first = Path(self.config.checkpoint_dir), self.fabric.is_global_zero
        logs = Path(self.config.log_dir) if self.config.log_dir else folder / "logs"
        batches = len(self._training)
        done = self.epoch * batches + self._done
        if done == 0:  # a kill in the first epoch loses not even the initial weights
            self.save_checkpoint(folder / self._names.last)
        draws = is_first and self.config.tensorboard
        self.curves = Curves(logs if draws else None, self.step + 1 if done else 0)
        self._progress = Progress(self.config.num_epochs, batches, done, silent=not is_first, line=self._epoch_line)
        try:
            while self.epoch < self.config.num_epochs and not self._patience.is_over:
                self._progress.begin_epoch(self.epoch)
                better = self._record(self.train_epoch(), self.validate())
                self._save_epoch(folder, better)
                if is_first:
                    write_history(logs / "history.csv", self.history)
                for call in self._after_epoch:
                    call(self)
        finally:
            self._progress.close()
            self.curves.close()
        return self.history

    def train_epoch(self) -> dict[str, float]:
        """Train for one epoch (or what is left of it), and return the mean of each loss and `learning_rate`.

        Raises:
            ConsortError: as `train`.
        """
        self._learner.train()
        rate = self._learner.schedule.rate
        for batch in self._training.of_epoch(self.epoch, self._done):
            rate = self._learner.schedule.rate
            self._train_batch(batch, rate)
        means = self._means(self._losses)
        self.curves.write(means, self.step, "train_epoch/")
        if not self._learner.schedule.per_step:
            self._learner.schedule.advance()
        self.epoch, self._done = self.epoch + 1, 0
        self._losses.reset()
        return {**means, "learning_rate": rate}

    def _train_batch(self, batch: Batch, rate: float) -> None:
        self._learner.set_step(self.step)
        losses, norm = self._learner.learn(batch)
        self._losses.update(losses, None, None, batch.size)
        self._done = batch.index + 1
        self._progress.advance(losses["total_loss"])
        if norm is None:
            return
        ends_epoch = self._done == len(self._training)
        if ends_epoch or self.step % self.config.log_every == 0:
            self.curves.write({**losses, "learning_rate": rate, "gradient_norm": norm}, self.step, "train/")
        every = self.config.save_every_steps
        if every and self.step % every == 0 and not ends_epoch:
            self.save_checkpoint(Path(self.config.checkpoint_dir) / self._names.last)

    @property
    def step(self) -> int:
        """How many steps the optimizer has taken in the whole run."""
        return self.epoch * self._learner.steps_per_epoch + math.ceil(self._done / self.config.gradient_accumulation)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the mean of each loss and each measure over the validation examples.

        Raises:
            ConsortError: when a loss is not a number or a batch cannot be used.
        """
        self._learner.eval()
        tracker = MetricsTracker(self._measures)
        with self._learner.averaged():
            for batch in self._validation.of_epoch(VALIDATION):
                outputs, targets, losses = self._learner.forward(batch)
                tracker.update(losses, outputs, targets, batch.size)
        return self._means(tracker)

    def _means(self, tracker: MetricsTracker) -> dict[str, float]:
        if self.fabric.world_size > 1:
            tracker.merge(lambda sums: added_up(self.fabric, sums))
        return tracker.get_metrics()

    def _record(self, trained: dict[str, float], validated: dict[str, float]) -> bool:
        """Add an epoch to history and curves, and tell whether it is the best so far."""
        measures = {f"val_{name}": value for name, value in validated.items() if name not in trained}
        figures = {"train_loss": trained["total_loss"], "val_loss": validated["total_loss"], **measures}
        figures["learning_rate"] = trained["learning_rate"]
        for name, value in figures.items():
            self.history.setdefault(name, []).append(value)
        self.curves.write(validated, self.step, "val/")
        self._progress.end_epoch(self.epoch - 1, figures)
        return self._patience.is_better(validated["total_loss"])

    def _save_epoch(self, folder: Path, better: bool) -> None:
        every = self.config.save_every
        names = [self._names.best] if better else []
        names += [self._names.of_epoch.format(epoch=self.epoch)] if every and self.epoch % every == 0 else []
        for name in [*names, self._names.last]:  # last.pt last: what it promises is there
            self.save_checkpoint(folder / name)

    def save_checkpoint(self, path: Path | str) -> None:
        """Write everything that the run needs to go on, as plain data; every process must call it.

        Raises:
            ConsortError: when the folder cannot be written to; a file that was there stays.
        """
        losses = MetricsTracker(_nothing)
        losses.load_state_dict(self._losses.state_dict())
        self._means(losses)  # takes in the other processes' sums
        if self.fabric.is_global_zero:
            write_checkpoint(path, {**self._learner.state_dict(), **self._progress_so_far(losses)})
        self.fabric.barrier()

    def _progress_so_far(self, losses: MetricsTracker) -> dict[str, Any]:
        order = {"seed": self.config.seed, "epoch": self.epoch, "batch": self._done, "batches": len(self._training)}
        return {
            "history": self.history,
            "best_loss": self._patience.best_loss,
            "stale": self._patience.stale,
            "data_order": order,
            "partial": losses.state_dict(),
            "rng": random_states(),
            "config": config_snapshot(self.config),
        }

    def load_checkpoint(self, path: Path | str) -> None:
        """Take up the run where `save_checkpoint` wrote it.

        Raises:
            InputError: when the file is no checkpoint, or of another model, seed, schedule or amount of data.
        """
        content = read_checkpoint(path)
        order = content["data_order"]
        check_order(order, self.config.seed, len(self._training), path)
        self._learner.load_state_dict(content, path)
        self.history = {name: list(values) for name, values in content["history"].items()}
        self._patience.best_loss, self._patience.stale = content["best_loss"], content.get("stale", 0)
        self.epoch, self._done = order["epoch"], order["batch"]
        # The sums are those of all processes: the first one carries them on, the others begin at nothing.
        sums, kept = content.get("partial", {}), float(self.fabric.is_global_zero)
        self._losses.load_state_dict({name: [total * kept, count * kept] for name, (total, count) in sums.items()})
        restore_random_states(content["rng"])

    def resume(self) -> bool:
        """Load the last checkpoint of the folder if there is one, and tell whether there was.

        Raises:
            InputError: as `load_checkpoint`.
        """
        path = Path(self.config.checkpoint_dir) / self._names.last
        if path.is_file():
            self.load_checkpoint(path)
        return path.is_file()

    def export_history(self, path: Path | str) -> None:
        """Write the history as `.json` or `.csv`.

        Raises:
            InputError: for another suffix.
        """
        if self.fabric.is_global_zero:
            write_history(path, self.history)


def _nothing(outputs: Any, targets: Any) -> Tally:
    return {}
