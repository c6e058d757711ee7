"""The training run: each task in turn, from split samples to final weights, which are then exported and evaluated."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from sequence_models.callbacks import (
    BestModel,
    CosineRate,
    EpochSeeds,
    KeepFreedMemory,
    Progress,
    SaveState,
    StopOnNaN,
    TimeLimit,
)
from sequence_models.checkpoints import TrainingState, load_model, save_model, transfer_weights
from sequence_models.gradient_norms import GradientNorms, NormedAdamW
from sequence_models.midi_models import run_folder
from sequence_models.midi_models.batches import TrainingSamples
from sequence_models.midi_models.config import (
    ALL,
    MODEL_NAME,
    EvaluateConfig,
    ExportConfig,
    TrainConfig,
    TrainerConfig,
)
from sequence_models.midi_models.data import load_songs, load_splits
from sequence_models.midi_models.evaluate import evaluate
from sequence_models.midi_models.event_batches import FixedStretches, TrainingStretches
from sequence_models.midi_models.event_tensors import PITCHES
from sequence_models.midi_models.exporting import export_run
from sequence_models.midi_models.loss import accuracy_of, loss_of
from sequence_models.midi_models.model import build_model, freeze
from sequence_models.midi_models.run_folder import Net
from sequence_models.midi_models.samples import sources_of, stacked
from sequence_models.midi_models.tasks import MELODY, file_of, tasks_of
from shared.errors import ConsortError
from shared.files import read_json, write_json
from shared.runs import Run, config_snapshot, seed_everything, start_run

Training = TrainingSamples | TrainingStretches

_VALIDATION_BATCH = 2048
_STATE_FOLDER = "state"
# What may differ between an interrupted run and its continuation without changing a weight.
_FREE_ON_RESUME = frozenset({"resume", "export", "log_root", "checkpoint_root"})


@dataclass(frozen=True, eq=False)
class _Work:
    """One task of a run: its net, its batches, and where they come from."""

    net: Net
    training: Training
    validation: Any
    sources: list[dict[str, Any]]


def fit(config: TrainConfig) -> float:
    """Train the tasks of a configuration, write the run's folders, and return the mean of the best validation losses.

    Raises:
        ConsortError: when samples, settings or the weights to start from cannot be used.
    """
    _check(config)
    _begin(config)
    run = start_run(MODEL_NAME, config, config.run_name, config.log_root, config.checkpoint_root)
    figures = {}
    for task in tasks_of(config.task):
        net: Net = (task, config.model.architecture)
        if not (config.resume and run_folder.training_path(run.checkpoint_dir, net).is_file()):
            _fit_net(_work(net, config), config, run)
        figures[task.name] = _best_epoch(read_json(run_folder.training_path(run.checkpoint_dir, net))["history"])
    if config.export:
        folder = str(run.checkpoint_dir)
        export_run(ExportConfig(checkpoint=folder, task=config.task))
        evaluate(EvaluateConfig(checkpoint=folder, task=config.task, json=str(run.log_dir / "test_results.json")))
    run.write_metrics(figures)
    run.write_summary({"best": figures, "config": config_snapshot(config)})
    print(f"weights and exports: {run.checkpoint_dir}\nlogs: {run.log_dir} (tensorboard --logdir {config.log_root})")
    return sum(best["val_loss"] for best in figures.values()) / len(figures)


def _check(config: TrainConfig) -> None:
    if config.model.is_sequence and config.task not in (MELODY, ALL):
        raise ConsortError(f"model=sequence composes melodies, not {config.task}; give --task melody")
    if config.model.is_sequence:
        config.task = MELODY
    if config.trainer.freeze_layers and not config.finetune_from:
        raise ConsortError("--freeze-layers keeps weights that were trained; name them with --finetune-from")


def _begin(config: TrainConfig) -> None:
    """Hold a run that goes on to its settings; of one that begins anew, what its name had finished no longer counts.

    Raises:
        ConsortError: when there is nothing to resume, or with other settings.
    """
    folder = Path(config.checkpoint_root) / MODEL_NAME / config.run_name
    before = Path(config.log_root) / MODEL_NAME / config.run_name / "config.json"
    if not config.resume:
        for task in tasks_of(config.task) if config.run_name else ():
            run_folder.training_path(folder, (task, config.model.architecture)).unlink(missing_ok=True)
        return
    if not config.run_name or not before.is_file():
        raise ConsortError(f"nothing to resume in {folder}; give the --run-name of an interrupted run")
    changed = _changed(read_json(before), config_snapshot(config))
    if changed:
        raise ConsortError(f"{folder} was started with other settings ({', '.join(changed)}); use the same to resume")


def _changed(before: dict[str, Any], now: dict[str, Any], group: str = "") -> list[str]:
    """Return the names of the settings that differ and change a weight."""
    names = sorted((before.keys() | now.keys()) - _FREE_ON_RESUME)
    found = []
    for name in names:
        old, new = before.get(name), now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            found += _changed(old, new, f"{group}{name}.")
        elif old != new:
            found.append(f"{group}{name}: {old} -> {new}")
    return found


def _work(net: Net, config: TrainConfig) -> _Work:
    trainer, data = config.trainer, config.data
    if config.model.is_sequence:
        songs = load_songs(data)
        return _Work(
            net, TrainingStretches(songs.train, data, trainer.batch_size, trainer.seed),
            FixedStretches(songs.validation, trainer.batch_size), sources_of(songs.train),
        )  # fmt: skip
    splits = load_splits(data, net[0])
    training = TrainingSamples(splits.train, net[0], data, trainer.batch_size, trainer.seed)
    return _Work(net, training, stacked(splits.validation), sources_of(splits.train))


def _best_epoch(history: dict[str, list[float]]) -> dict[str, float]:
    """Return the figures of the epoch with the best validation loss."""
    epoch = min(range(len(history["val_loss"])), key=history["val_loss"].__getitem__)
    return {key: values[epoch] for key, values in history.items()}


def _fit_net(work: _Work, config: TrainConfig, run: Run) -> None:
    """Train one net and keep its best weights, with the settings and curves of its training."""
    name, folder = file_of(*work.net), run.checkpoint_dir
    model = _compiled(work.net, config)
    steps = len(work.training)
    print(f"{name} {run.name}: {model.count_params():,} weights, {steps} steps an epoch")
    best, logs = run_folder.best_path(folder, work.net), run.log_dir / name
    state = TrainingState(folder / _STATE_FOLDER / name)
    if not (config.resume and state.exists()):
        for earlier in (logs, state.folder):  # curves of an earlier run of this name would mix with the new ones
            shutil.rmtree(earlier, ignore_errors=True)
        best.unlink(missing_ok=True)
    trainer, clock = config.trainer, TimeLimit(config.trainer.time_limit_s)
    rate = CosineRate(trainer.learning_rate, trainer.epochs, trainer.warmup_steps, work.training.__len__, clock)
    judges = [BestModel(best), keras.callbacks.EarlyStopping(monitor="val_loss", patience=trainer.patience), clock]
    save_state, first = SaveState(state, judges), 0
    if state.exists():
        content = state.restore(model)
        save_state.restore(content)
        first = int(content["epoch"]) + 1
    callbacks = [
        KeepFreedMemory(),
        EpochSeeds(work.training.begin_epoch, trainer.seed),
        StopOnNaN(),
        *judges,
        rate,
        GradientNorms(),
        _NamedAccuracy(),
        keras.callbacks.TensorBoard(logs, write_graph=False),
        keras.callbacks.CSVLogger(run.log_dir / f"{name}.csv", append=first > 0),
        Progress(trainer.epochs, first, steps),
        save_state,
    ]
    if first < trainer.epochs and not _stopped(save_state):
        sizes = {} if config.model.is_sequence else {"validation_batch_size": _VALIDATION_BATCH}
        model.fit(
            work.training, validation_data=work.validation, epochs=trainer.epochs, initial_epoch=first,
            callbacks=callbacks, shuffle=False, verbose=0, **sizes,
        )  # fmt: skip
    transfer_weights(load_model(best), model)
    save_model(model, run_folder.keras_path(folder, work.net))
    settings = config_snapshot(replace(config, task=work.net[0].name, resume=False))
    content = {**settings, "history": save_state.history, "sources": work.sources}
    write_json(run_folder.training_path(folder, work.net), content)  # from here on the net is finished
    best.unlink()
    shutil.rmtree(state.folder)


def _stopped(state: SaveState) -> bool:
    """Tell whether the training to resume had already ended by EarlyStopping or its time limit."""
    _, early, limit = state.memories or ({}, {}, {})
    passed = limit.get("limit_s") and limit["elapsed_s"] >= limit["limit_s"]
    return bool(early.get("stopped_epoch") or passed)


class _NamedAccuracy(keras.callbacks.Callback):
    """Calls the accuracy of the sequence net's pitches simply the accuracy, as the other nets have it."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the names."""
        for prefix in ("", "val_"):
            value = (logs or {}).get(f"{prefix}{PITCHES}_accuracy")
            if logs is not None and value is not None:
                logs[f"{prefix}accuracy"] = value


def _compiled(net: Net, config: TrainConfig) -> keras.Model:
    # Same seed, same weights to the bit: also on several cores.
    tf.config.experimental.enable_op_determinism()
    seed_everything(config.trainer.seed)
    keras.utils.set_random_seed(config.trainer.seed)
    model = build_model(config.model, net[0])
    if config.finetune_from:
        _take_weights(Path(config.finetune_from), net, model)
        frozen = freeze(model, config.model, config.trainer.freeze_layers)
        if frozen:
            print(f"frozen: {', '.join(frozen)}")
    optimizer = _optimizer(config.trainer)
    if config.model.is_sequence:
        accuracy = [[], [keras.metrics.SparseCategoricalAccuracy("accuracy")]]  # of the pitches
        # Padding never counts: the mean is over what weighs something.
        losses = [keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight") for _ in range(2)]
        # XLA compiles a recurrent layer for a minute and then runs it slower.
        model.compile(optimizer, losses, weighted_metrics=accuracy, jit_compile=False)
    else:
        model.compile(optimizer, loss_of(net[0]), metrics=[accuracy_of(net[0])], jit_compile=False)
    return model


def _optimizer(trainer: TrainerConfig) -> keras.optimizers.Optimizer:
    return NormedAdamW(trainer.learning_rate, weight_decay=trainer.weight_decay, clipnorm=trainer.clip_norm)


def _take_weights(folder: Path, net: Net, model: keras.Model) -> None:
    """Begin with the weights of a run.

    Raises:
        ConsortError: when it has no such net, or one of other sizes.
    """
    source = load_model(run_folder.keras_path(folder, net))
    try:
        transfer_weights(source, model)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        raise ConsortError(
            f"{folder} holds a {file_of(*net)} of other sizes ({reason}); fine-tune with the same"
        ) from error
