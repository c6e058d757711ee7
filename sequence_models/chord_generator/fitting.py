"""The training run: from split songs to final weights, which are then evaluated, exported and verified."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from sequence_models.callbacks import (
    AveragedWeights,
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
from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import (
    MODEL_NAME,
    EvaluateConfig,
    ExportConfig,
    GenerateConfig,
    TrainConfig,
    TrainerConfig,
)
from sequence_models.chord_generator.data import load_splits
from sequence_models.chord_generator.encoding import EncodedSong
from sequence_models.chord_generator.evaluate import evaluate
from sequence_models.chord_generator.exporting import export_run
from sequence_models.chord_generator.generate import generate
from sequence_models.chord_generator.loss import NextChordLoss
from sequence_models.chord_generator.model import build_model
from sequence_models.chord_generator.stretches import FixedStretches, TrainingStretches
from sequence_models.chord_generator.teachers import learn_from, read_teachers
from sequence_models.chord_generator.windows import FixedWindows, TrainingWindows
from shared.errors import ConsortError
from shared.files import read_json, write_json
from shared.music.chord_tokens import chord_vocabulary
from shared.runs import Run, config_snapshot, seed_everything, start_run
from shared.splits import Splits

Training = TrainingWindows | TrainingStretches

# What may differ between an interrupted run and its continuation without changing a weight.
_FREE_ON_RESUME = {"resume", "export", "log_root", "checkpoint_root"}


def fit(config: TrainConfig) -> float:
    """Train, write the run's folders, and return the best validation loss (nats per chord).

    Raises:
        ConsortError: when the songs, the run to resume or the weights to start from cannot be used.
    """
    splits = load_splits(config.data)
    _refuse_other_config(config)
    run = start_run(MODEL_NAME, config, config.run_name, config.log_root, config.checkpoint_root)
    if not config.resume:
        _forget_earlier(run)
    _write_beginnings(run, config, splits)
    model = _compiled_model(config)
    windows, validation = _batches(splits, config)
    print(
        f"{MODEL_NAME} {run.name}: {model.count_params():,} weights, {len(splits.train)} training and "
        f"{len(splits.validation)} validation songs, {len(windows)} steps an epoch"
    )
    history = _fit(model, windows, validation, config, run)
    _finish(model, history, config, run, "test" if splits.test else "validation")
    return float(min(history["val_loss"]))


def _batches(splits: Splits[EncodedSong], config: TrainConfig) -> tuple[Training, keras.utils.PyDataset]:
    """Return the training and validation batches: windows for the classic network, whole songs for the other."""
    model, trainer = config.model, config.trainer
    if model.is_classic:
        windows = TrainingWindows(splits.train, model, config.data, trainer.batch_size, trainer.seed)
        return windows, FixedWindows(splits.validation, model, trainer.batch_size)
    stretches = TrainingStretches(splits.train, model, config.data, trainer.batch_size, trainer.seed)
    return stretches, FixedStretches(splits.validation, trainer.batch_size)


def _refuse_other_config(config: TrainConfig) -> None:
    """Refuse to resume a run with other settings, or to start over one that has begun."""
    folder = Path(config.checkpoint_root) / MODEL_NAME / config.run_name
    if not config.resume:
        return
    if not config.run_name or not (folder / run_folder.CONFIG_FILE).is_file():
        raise ConsortError(f"nothing to resume in {folder}; give the --run-name of an interrupted run")
    before, now = read_json(folder / run_folder.CONFIG_FILE), config_snapshot(config)
    changed = run_folder.differences(
        {name: value for name, value in before.items() if name not in _FREE_ON_RESUME},
        {name: value for name, value in now.items() if name not in _FREE_ON_RESUME},
    )
    if changed:
        raise ConsortError(f"{folder} was started with other settings ({'; '.join(changed)}); use the same to resume")


def _forget_earlier(run: Run) -> None:
    """Remove the state and curves of an earlier run of this name, which would mix with those of the new one."""
    for folder in (run.checkpoint_dir / "state", run.log_dir / "train", run.log_dir / "validation"):
        shutil.rmtree(folder, ignore_errors=True)


def _write_beginnings(run: Run, config: TrainConfig, splits: Splits[EncodedSong]) -> None:
    """Write what every later room needs, before the first step."""
    write_json(run.checkpoint_dir / run_folder.CONFIG_FILE, config_snapshot(config))
    chord_vocabulary().save(run.checkpoint_dir / run_folder.VOCABULARY_FILE)
    run_folder.save_songs(run.checkpoint_dir / run_folder.SONGS_FILE, splits.train, splits.validation)
    run_folder.save_sources(run.checkpoint_dir / run_folder.SOURCES_FILE, splits.train)


def _compiled_model(config: TrainConfig) -> keras.Model:
    # Same seed, same weights to the bit: also on several cores.
    tf.config.experimental.enable_op_determinism()
    seed_everything(config.trainer.seed)
    keras.utils.set_random_seed(config.trainer.seed)
    model = build_model(config.model)
    if config.finetune_from:
        transfer_weights(_pretrained(Path(config.finetune_from), config), model)
    teachers = read_teachers(config.trainer.teachers, config.model)
    if teachers:
        learn_from(teachers, model, config.trainer.teaching)
    model.compile(
        optimizer=_optimizer(config.trainer),
        loss=NextChordLoss(config.trainer.label_smoothing),
        weighted_metrics=[
            keras.metrics.SparseCategoricalAccuracy("accuracy"),
            keras.metrics.SparseTopKCategoricalAccuracy(3, "top3_accuracy"),
        ],
    )
    return model


def _optimizer(trainer: TrainerConfig) -> keras.optimizers.Optimizer:
    """Return Adam, with the weight decay apart from the gradient (Loshchilov & Hutter 2019)."""
    return keras.optimizers.AdamW(
        trainer.learning_rate, weight_decay=trainer.weight_decay, beta_2=trainer.beta_2, clipnorm=trainer.clip_norm,
        use_ema=trainer.average > 0, ema_momentum=trainer.average,
    )  # fmt: skip


def _pretrained(folder: Path, config: TrainConfig) -> keras.Model:
    before, _ = run_folder.read_settings(folder)
    changed = run_folder.differences(config_snapshot(before), config_snapshot(config.model), "model.")
    changed = [line for line in changed if not line.startswith("model.dropout")]
    if changed:
        raise ConsortError(f"{folder} is another network ({'; '.join(changed)}); fine-tune with the same sizes")
    return load_model(folder / run_folder.FINAL_MODEL)


def _fit(
    model: keras.Model, windows: Training, validation: keras.utils.PyDataset, config: TrainConfig, run: Run
) -> dict[str, list[float]]:
    trainer, state = config.trainer, TrainingState(run.checkpoint_dir / "state")
    first_epoch = 0
    clock = TimeLimit(trainer.time_limit_s)
    patience = [
        BestModel(run.checkpoint_dir / run_folder.BEST_MODEL),
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=trainer.patience),
        clock,
        _schedule(trainer, windows, clock),
    ]
    save_state = SaveState(state, patience)
    if config.resume and state.exists():
        content = state.restore(model)
        save_state.restore(content)
        first_epoch = int(content["epoch"]) + 1
        _keep_rows(run.log_dir / "history.csv", first_epoch)
    judged = patience  # by the weights of the last step, or by their mean
    if trainer.average:
        averaged = AveragedWeights()
        judged = [averaged, *patience, averaged.given_back]
    callbacks = [
        KeepFreedMemory(),
        EpochSeeds(windows.begin_epoch, trainer.seed),
        StopOnNaN(),
        *judged,
        keras.callbacks.TensorBoard(run.log_dir, write_graph=False),
        keras.callbacks.CSVLogger(run.log_dir / "history.csv", append=first_epoch > 0),
        Progress(trainer.epochs, first_epoch, len(windows)),
        save_state,
    ]
    if first_epoch < trainer.epochs and not _stopped(save_state):
        model.fit(
            windows, validation_data=validation, epochs=trainer.epochs, initial_epoch=first_epoch,
            callbacks=callbacks, shuffle=False, verbose=0,
        )  # fmt: skip
    return save_state.history


def _schedule(trainer: TrainerConfig, windows: Training, clock: TimeLimit) -> keras.callbacks.Callback:
    if trainer.schedule == "cosine":
        return CosineRate(trainer.learning_rate, trainer.epochs, trainer.warmup_steps, windows.__len__, clock)
    return keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=trainer.lr_factor, patience=trainer.lr_patience)


def _stopped(state: SaveState) -> bool:
    """Tell whether the run to resume had already ended by EarlyStopping or its time limit."""
    early, limit = state.memories[1:3] if state.memories else ({}, {})
    passed = limit.get("limit_s") and limit["elapsed_s"] >= limit["limit_s"]
    return bool(early.get("stopped_epoch") or passed)


def _keep_rows(path: Path, epochs: int) -> None:
    """Drop the rows of an epoch that was logged but not saved."""
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[: epochs + 1]), encoding="utf-8")


def _finish(model: keras.Model, history: dict[str, list[float]], config: TrainConfig, run: Run, split: str) -> None:
    """Make the best weights final, and write figures, samples and exports beside them.

    A handful of songs has no test split and is judged on validation.
    """
    folder = run.checkpoint_dir
    transfer_weights(load_model(folder / run_folder.BEST_MODEL), model)
    save_model(model, folder / run_folder.FINAL_MODEL)
    write_json(folder / run_folder.HISTORY_FILE, history)
    results: dict[str, Any] = {}
    if config.export:
        export_run(ExportConfig(checkpoint=str(folder)))
        target = str(folder / run_folder.RESULTS_FILE)
        results = evaluate(EvaluateConfig(checkpoint=str(folder), split=split, json=target))
        samples = GenerateConfig(checkpoint=str(folder), num_samples=3, json=str(folder / run_folder.SAMPLES_FILE))
        generate(samples)
    best = min(range(len(history["val_loss"])), key=history["val_loss"].__getitem__)
    figures = {name: values[best] for name, values in history.items()}
    run.write_metrics({"best_epoch": figures, "test": results.get("overall", {})})
    run.write_summary({"best": figures, "config": config_snapshot(config)})
    print(f"weights and exports: {folder}\nlogs: {run.log_dir} (tensorboard --logdir {config.log_root})")
