"""Train the chord recognizer on prepared pieces, then export and verify it.

Examples:
    python -m audio_models.chord_recognizer.prepare
    python -m audio_models.chord_recognizer.train --epochs 12 --lr 1e-3 --run-name first
    python -m audio_models.chord_recognizer.train --epochs 12 --lr 1e-3 --run-name first --resume
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import torch

from audio_models.chord_recognizer import run_folder
from audio_models.chord_recognizer.config import MODEL_NAME, ExportConfig, TrainConfig
from audio_models.chord_recognizer.data import Crops, Piece, load_splits
from audio_models.chord_recognizer.export import export
from audio_models.chord_recognizer.loss import ChordRecognitionLoss
from audio_models.chord_recognizer.model import build_net
from audio_models.training.checkpoints import BEST, load_weights, read_checkpoint
from audio_models.training.data_order import build_loader
from audio_models.training.trainer import Trainer
from shared.cli import entry_point
from shared.errors import ConsortError
from shared.files import read_json, write_json
from shared.runs import config_snapshot, seed_everything, start_run
from shared.splits import Splits

# What may differ between an interrupted run and its continuation without changing a weight.
_FREE_ON_RESUME = ("resume", "export", "log_root", "checkpoint_root")


def train(config: TrainConfig) -> float:
    """Train, write the run's folders, and return the best validation loss (nats).

    Raises:
        ConsortError: when the pieces, the run to resume or the weights to start from cannot be used.
    """
    splits = load_splits(config.data)
    _refuse_other_config(config)
    run = start_run(MODEL_NAME, config, config.run_name, config.log_root, config.checkpoint_root)
    folder = run.checkpoint_dir
    write_json(folder / run_folder.CONFIG_FILE, config_snapshot(config))
    write_json(folder / run_folder.SOURCES_FILE, _sources(splits.train))
    seed_everything(config.trainer.seed)
    torch.manual_seed(config.trainer.seed)
    trainer = _trainer(config, splits, folder, run.log_dir)
    if config.resume and trainer.resume():
        print(f"going on after epoch {trainer.epoch}")
    history = trainer.train()
    trainer.export_history(folder / run_folder.HISTORY_FILE)
    if trainer.fabric.is_global_zero:
        best = min(range(len(history["val_loss"])), key=history["val_loss"].__getitem__)
        figures = {name: values[best] for name, values in history.items()}
        run.write_metrics({"best_epoch": figures})
        run.write_summary({"best": figures, "config": config_snapshot(config)})
        if config.export:
            print(f"exported and verified: {export(ExportConfig(checkpoint=str(folder)))}")
        print(f"weights: {folder}\nlogs: {run.log_dir} (tensorboard --logdir {config.log_root})")
    return trainer.best_loss


def _trainer(config: TrainConfig, splits: Splits[Piece], folder: Path, logs: Path) -> Trainer:
    settings = replace(config.trainer, checkpoint_dir=str(folder), log_dir=str(logs))
    model = build_net(config.model)
    if config.finetune_from:
        path = Path(config.finetune_from) / BEST
        load_weights(model, read_checkpoint(path)["model"], path)
    crops = Crops(splits.train, config.data, settings.seed, training=True)
    fixed = Crops(splits.validation, config.data, settings.seed, training=False)
    print(
        f"{MODEL_NAME} {folder.name}: {sum(weight.numel() for weight in model.parameters()):,} weights, "
        f"{_hours(splits.train):.1f} hours to train on, {_hours(splits.validation):.1f} to validate with"
    )
    loss = config.loss
    criterion = ChordRecognitionLoss(
        loss.chord_type_weight, loss.root_weight, loss.bass_weight, settings.label_smoothing, loss.joint_weight
    )
    loaders = build_loader(crops, settings, shuffle=True), build_loader(fixed, settings, shuffle=False)
    return Trainer(model, *loaders, settings, criterion)


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


def _sources(pieces: list[Piece]) -> dict[str, dict[str, int]]:
    """Return how many frames the network learns from, by source, by licence of the song and by SoundFont."""
    counts: dict[str, Counter[str]] = {"source": Counter(), "licence": Counter(), "soundfont": Counter()}
    for piece in pieces:
        for kind, counter in counts.items():
            counter[getattr(piece, kind)] += piece.frames
    return {kind: dict(sorted(counter.items())) for kind, counter in counts.items()}


def _hours(pieces: list[Piece]) -> float:
    return sum(piece.seconds for piece in pieces) / 3600


@entry_point(TrainConfig)
def main(config: TrainConfig) -> None:
    """Train."""
    print(f"best validation loss: {train(config):.4f} nats")


if __name__ == "__main__":
    sys.exit(main())
