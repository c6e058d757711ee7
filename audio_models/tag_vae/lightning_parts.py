"""What Lightning is given beside the network: loggers, callbacks, and silence where it talks of itself."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning
from lightning.fabric.loggers.logger import rank_zero_experiment
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint, TQDMProgressBar, WeightAveraging
from lightning.pytorch.loggers import CSVLogger, Logger, WandbLogger
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor

from audio_models.tag_vae import run_folder
from audio_models.tag_vae.config import TrainerConfig
from audio_models.tag_vae.module import COMPLETION
from audio_models.training.curves import Curves
from shared.errors import ConsortError, InputError
from shared.runs import Run


class TensorBoard(Logger):
    """TensorBoard's file, written as everywhere in this wing: without TensorFlow, which takes seconds to import."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the run."""
        super().__init__()
        self._folder = folder
        self._curves: Curves | None = None

    @property
    def name(self) -> str:
        """What kind of curves these are."""
        return "tensorboard"

    @property
    def version(self) -> str:
        """The run."""
        return self._folder.name

    @property
    @rank_zero_experiment
    def experiment(self) -> Curves:
        """The open file."""
        if self._curves is None:
            self._curves = Curves(self._folder, 0)
        return self._curves

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Write a point of each curve."""
        self.experiment.write({name: value for name, value in metrics.items() if name != "epoch"}, step or 0, "")

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """Write nothing: the settings lie in config.json."""

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """Close the file."""
        if self._curves is not None:
            self._curves.close()
            self._curves = None


def build_trainer(settings: TrainerConfig, run: Run) -> lightning.Trainer:
    """Return Lightning's trainer for a run.

    Raises:
        ConsortError: when a callback or a logger that was asked for is not there.
    """
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    logging.getLogger("lightning.fabric").setLevel(logging.WARNING)
    folder = run.checkpoint_dir / run_folder.CHECKPOINTS
    best = ModelCheckpoint(folder, "best", monitor=COMPLETION, mode="max", enable_version_counter=False)
    # Lightning's own `save_last` is as old as the best epoch.
    last = ModelCheckpoint(folder, "last", enable_version_counter=False)
    callbacks: list[Callback] = [best, last, EarlyStopping(COMPLETION, mode="max", patience=settings.patience)]
    if settings.average:
        callbacks.append(WeightAveraging(avg_fn=_mean_of_weights(settings.average)))
    if settings.enable_progress_bar:
        callbacks.append(TQDMProgressBar(refresh_rate=20))
    limit = settings.limit_train_batches
    with quiet():
        return lightning.Trainer(
            max_epochs=settings.max_epochs,
            accelerator=settings.accelerator,
            devices=int(settings.devices) if settings.devices.isdigit() else settings.devices,
            strategy=settings.strategy,
            precision=settings.precision,  # type: ignore[arg-type]
            gradient_clip_val=settings.gradient_clip_val or None,
            enable_progress_bar=settings.enable_progress_bar,
            limit_train_batches=int(limit) if limit > 1 else limit,
            enable_model_summary=False,
            log_every_n_steps=1,
            num_sanity_val_steps=0,
            callbacks=[*callbacks, *(_callback(path) for path in settings.callbacks)],
            logger=_loggers(settings, run),
        )


def _mean_of_weights(memory: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """Return how a weight's mean takes in the weight after another step; its memory grows with the steps there were.

    With the whole memory from the start, a short run would end with hardly more than its initial weights.
    """

    def after_step(mean: Tensor, weight: Tensor, steps: Tensor | int) -> Tensor:
        keep = min(memory, float((1 + steps) / (10 + steps)))
        return keep * mean + (1 - keep) * weight

    return after_step


def _loggers(settings: TrainerConfig, run: Run) -> list[Logger]:
    loggers: list[Logger] = [TensorBoard(run.log_dir), CSVLogger(run.log_dir, "", "csv")]
    if settings.wandb:
        try:
            loggers.append(WandbLogger(run.name, run.log_dir, project="consort"))
        except ModuleNotFoundError as error:
            raise ConsortError("Weights & Biases is not installed; install wandb, or leave --wandb away") from error
    return loggers


def _callback(path: str) -> Callback:
    """Return the callback that `module:Class` names.

    Raises:
        InputError: when there is none.
    """
    module, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InputError(f"no callback '{path}' ({error}); write module:Class, built without arguments") from error
    if not isinstance(found, Callback):
        raise InputError(f"'{path}' is no Lightning callback")
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Lightning's advice from the screen: on workers (the clips lie in memory), on folders, on other services."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*does not have many workers.*")
        warnings.filterwarnings("ignore", ".*Checkpoint directory .* exists and is not empty.*")
        warnings.filterwarnings("ignore", ".*dirpath has changed from.*")
        warnings.filterwarnings("ignore", ".*GPU available but not used.*")
        warnings.filterwarnings("ignore", ".*isinstance.treespec, LeafSpec.*")
        yield
