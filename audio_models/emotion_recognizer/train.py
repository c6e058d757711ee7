"""Train the emotion recognizer on prepared examples, then export and verify it.

Examples:
    python -m audio_models.emotion_recognizer.prepare
    python -m audio_models.emotion_recognizer.train --run-name first
    python -m audio_models.emotion_recognizer.train --epochs 100 --batch-size 32 --lr 1e-3 --run-name second
    python -m audio_models.emotion_recognizer.train --finetune-from checkpoints/emotion --freeze 1 --run-name mine

The weights of the last epoch are kept: under a one-cycle schedule they are the best on average, and a handful of
validation songs is too few to choose an epoch by.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import torch

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.config import MODEL_NAME, ExportConfig, TrainConfig
from audio_models.emotion_recognizer.controls import fit_controls
from audio_models.emotion_recognizer.data import Pairs, feature_tensor, load_splits
from audio_models.emotion_recognizer.examples import Example
from audio_models.emotion_recognizer.export import export
from audio_models.emotion_recognizer.loss import EmotionLoss, point_measures
from audio_models.emotion_recognizer.model import EmotionRecognizer, Trained, build_model
from audio_models.training.checkpoints import load_weights, read_weights, write_checkpoint
from audio_models.training.data_order import build_loader
from audio_models.training.trainer import Trainer
from shared.cli import entry_point
from shared.errors import ConsortError, InputError
from shared.files import read_json, write_json
from shared.runs import config_snapshot, seed_everything, start_run
from shared.splits import Splits

# What may differ between an interrupted run and its continuation without changing a weight.
_FREE_ON_RESUME = ("resume", "export", "waveform", "log_root", "checkpoint_root")


def train(config: TrainConfig) -> float:
    """Train, write the run's folders, and return the best validation loss.

    Raises:
        ConsortError: when the examples, the run to resume or the weights to start from cannot be used.
    """
    splits = load_splits(config.data)
    _refuse_other_config(config)
    run = start_run(MODEL_NAME, config, config.run_name, config.log_root, config.checkpoint_root)
    folder = run.checkpoint_dir
    write_json(folder / run_folder.CONFIG_FILE, config_snapshot(config))
    write_json(folder / run_folder.SOURCES_FILE, _sources(splits.train))
    seed_everything(config.trainer.seed)
    torch.manual_seed(config.trainer.seed)
    model = _model(config, splits.train)
    trainer = _trainer(config, model, splits, folder, run.log_dir)
    if config.resume and trainer.resume():
        print(f"going on after epoch {trainer.epoch}")
    history = trainer.train()
    trainer.export_history(folder / run_folder.HISTORY_FILE)
    if trainer.fabric.is_global_zero:
        with trainer.averaged():
            write_checkpoint(folder / run_folder.WEIGHTS_FILE, {"model": model.cpu().state_dict()})
        fit_controls(splits.train).save(folder / run_folder.CONTROLS_FILE)
        figures = {name: values[-1] for name, values in history.items()}
        run.write_metrics({"last_epoch": figures})
        run.write_summary({"last": figures, "config": config_snapshot(config)})
        if config.export:
            wish = ExportConfig(checkpoint=str(folder), waveform=config.waveform)
            print(f"exported and verified: {export(wish)}")
        print(f"weights: {folder}\nlogs: {run.log_dir} (tensorboard --logdir {config.log_root})")
    return trainer.best_loss


def _model(config: TrainConfig, examples: list[Example]) -> EmotionRecognizer:
    model = build_model(config.model)
    model.standardise.fit(feature_tensor(examples))
    if config.freeze and not config.finetune_from:
        raise InputError("only weights that were trained can be frozen; name them by --finetune-from")
    if config.finetune_from:
        path = Path(config.finetune_from) / run_folder.WEIGHTS_FILE
        load_weights(model, read_weights(path), path)
        model.freeze(config.freeze)
    return model


def _trainer(
    config: TrainConfig, model: EmotionRecognizer, splits: Splits[Example], folder: Path, logs: Path
) -> Trainer:
    settings = replace(config.trainer, checkpoint_dir=str(folder), log_dir=str(logs))
    # BatchNorm cannot learn from a last batch of one: a batch size that leaves none.
    while len(splits.train) % settings.batch_size == 1 and settings.batch_size > 2:
        settings = replace(settings, batch_size=settings.batch_size - 1)
    parts = [
        Pairs(part, model.standardise(feature_tensor(part)).numpy(), config.data, settings.seed, training=training)
        for part, training in ((splits.train, True), (splits.validation, False))
    ]
    songs = len({example.group for example in splits.train})
    print(
        f"{MODEL_NAME} {folder.name}: {sum(weight.numel() for weight in model.parameters()):,} weights, "
        f"{len(splits.train):,} examples of {songs:,} songs to train on, {len(splits.validation):,} to validate with"
    )
    loaders = build_loader(parts[0], settings, shuffle=True), build_loader(parts[1], settings, shuffle=False)
    return Trainer(Trained(model), *loaders, settings, EmotionLoss(config.loss), point_measures)


def _refuse_other_config(config: TrainConfig) -> None:
    """Refuse to resume a run with other settings, or one that never began."""
    if not config.resume:
        return
    path = Path(config.checkpoint_root) / MODEL_NAME / config.run_name / run_folder.CONFIG_FILE
    if not config.run_name or not path.is_file():
        raise ConsortError(f"nothing to resume in {path.parent}; give the --run-name of an interrupted run")
    before, now = read_json(path), config_snapshot(config)
    changed = [name for name in now if name not in _FREE_ON_RESUME and before.get(name) != now[name]]
    if changed:
        raise ConsortError(f"{path.parent} was started with other settings of {', '.join(changed)}; use the same")


def _sources(examples: list[Example]) -> dict[str, dict[str, int]]:
    """Return how many examples the network learns from, by source and by licence."""
    return {kind: dict(Counter(getattr(example, kind) for example in examples)) for kind in ("source", "licence")}


@entry_point(TrainConfig)
def main(config: TrainConfig) -> None:
    """Train."""
    print(f"best validation loss: {train(config):.4f}")


if __name__ == "__main__":
    sys.exit(main())
