"""A complete training run on generated chords, in less than a minute: the engine from loaders to figures.

    python -m audio_models.training.example
    python -m audio_models.training.example --epochs 4 --scheduler onecycle --checkpoint-dir output/example

It renders one-second chords, trains a small network with three heads, and leaves checkpoints, history.json,
history.csv and TensorBoard's curves in the checkpoint folder. With --resume it goes on where it was stopped.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from audio_models.training.checkpoints import BEST, load_weights, read_checkpoint
from audio_models.training.config import TrainingConfig
from audio_models.training.data_order import build_loader
from audio_models.training.generated_chords import CLIP_SAMPLES, GeneratedChords, SmallEar
from audio_models.training.heads import HeadsLoss
from audio_models.training.metrics import compute_confusion_matrix, compute_per_class_metrics, compute_topk_accuracy
from audio_models.training.trainer import Trainer
from shared.cli import entry_point, option
from shared.music.chord_types import CHORD_TYPES

HEADS = ("chord_type", "root", "bass_note")


def _settings() -> TrainingConfig:
    return TrainingConfig(
        learning_rate=5e-3, num_epochs=10, warmup_epochs=2, log_every=5, checkpoint_dir="output/training_example"
    )


@dataclass
class ExampleConfig:
    """How much to generate, and how to train on it."""

    trainer: TrainingConfig = field(default_factory=_settings)
    clips: int = option(512, help="chords to train on", unit="clips", minimum=1)
    validation_clips: int = option(128, help="chords to validate on", unit="clips", minimum=1)
    resume: bool = option(False, help="go on where a run in the same folder was stopped")


def run(config: ExampleConfig) -> dict[str, list[float]]:
    """Train, write everything, print a table, and return the history."""
    settings = config.trainer
    torch.manual_seed(settings.seed)
    model = SmallEar()
    train_loader = build_loader(GeneratedChords(config.clips, settings.seed), settings, shuffle=True)
    val_loader = build_loader(GeneratedChords(config.validation_clips, settings.seed + 1), settings, shuffle=False)
    criterion = HeadsLoss({"bass_note": 0.5}, settings.label_smoothing)
    trainer = Trainer(model, train_loader, val_loader, settings, criterion)
    if config.resume and trainer.resume():
        print(f"going on after epoch {trainer.epoch}")
    history = trainer.train()
    folder = Path(settings.checkpoint_dir)
    trainer.export_history(folder / "history.json")
    if trainer.fabric.is_global_zero:
        weights = sum(weight.numel() for weight in model.parameters())
        print(f"{weights:,} weights, {config.clips} clips [{settings.batch_size}, {CLIP_SAMPLES}] a batch")
        load_weights(model.cpu(), read_checkpoint(folder / BEST)["model"], folder / BEST)
        print(_table(*_answers(model, val_loader)))
        print(f"checkpoints, history and curves: {folder} (tensorboard --logdir {folder})")
    return history


@torch.no_grad()
def _answers(model: SmallEar, loader: Any) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return logits and class ids of every head over a whole loader."""
    model.eval()
    pairs = [(model(waveform), targets) for waveform, targets in loader]
    logits = {name: torch.cat([outputs[name] for outputs, _ in pairs]) for name in HEADS}
    return logits, {name: torch.cat([targets[name] for _, targets in pairs]) for name in HEADS}


def _table(logits: dict[str, Tensor], targets: dict[str, Tensor]) -> str:
    """Return the scores of each head and of each chord type that occurs."""
    lines = ["", "head          top-1   top-3"]
    for name in HEADS:
        top1, top3 = (compute_topk_accuracy(logits[name], targets[name], k) for k in (1, 3))
        lines.append(f"{name:12s} {top1:6.1%}  {top3:6.1%}")
    scores = compute_per_class_metrics(logits["chord_type"], targets["chord_type"], len(CHORD_TYPES))
    confused = compute_confusion_matrix(logits["chord_type"], targets["chord_type"], len(CHORD_TYPES))
    confused.fill_diagonal_(0)
    lines += ["", "chord type  precision  recall     f1  support  taken for"]
    for index in scores["support"].nonzero().flatten().tolist():
        precision, recall, f1, support = (
            scores[name][index].item() for name in ("precision", "recall", "f1", "support")
        )
        other = CHORD_TYPES[int(confused[index].argmax())] if confused[index].any() else "-"
        lines.append(f"{CHORD_TYPES[index]:10s} {precision:10.2f} {recall:7.2f} {f1:6.2f} {support:8.0f}  {other}")
    return "\n".join(lines)


@entry_point(ExampleConfig)
def main(config: ExampleConfig) -> None:
    """Train on generated chords."""
    run(config)


if __name__ == "__main__":
    sys.exit(main())
