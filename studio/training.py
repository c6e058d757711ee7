"""The steps of the demo that need a framework: rooms of the composing wing, each a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shared.files import read_json
from studio.config import DEMO_FLAGS, QUICK_FLAGS, DemoConfig
from studio.replacing import set_aside
from studio.room_process import run_room
from studio.weights import MODEL, checkpoint_of, require_reusable


def train_model(config: DemoConfig, logs: Path) -> None:
    """Train, export and verify, or with --reuse make sure that there is a model.

    An earlier model of this name gives way only to a complete one.

    Raises:
        ConsortError: when training fails, or there is nothing to reuse.
    """
    if config.reuse:
        require_reusable(config)
        return
    with set_aside([checkpoint_of(config), Path(config.log_root) / MODEL / config.run_name]):
        run_room(f"sequence_models.{MODEL}.train", train_arguments(config), logs / "train.log", "training")


def train_arguments(config: DemoConfig) -> list[str]:
    """Return the command line of the training."""
    arguments = [
        "--run-name", config.run_name, "--checkpoint-root", config.checkpoint_root, "--log-root", config.log_root,
        "--songs", config.songs, "--seed", str(config.seed),
    ]  # fmt: skip
    limits = {"--epochs": config.epochs, "--time-limit-s": config.time_limit_s}
    for flag, value in limits.items():
        arguments += [flag, str(value)] if value else []
    return [*(QUICK_FLAGS if config.quick else DEMO_FLAGS), *arguments]


def evaluate_model(checkpoint: Path, logs: Path) -> dict[str, Any]:
    """Score the model beside its controls and return the figures, which are also in `logs`/evaluation.json.

    Raises:
        ConsortError: when the evaluation fails.
    """
    target = logs / "evaluation.json"
    arguments = ["--checkpoint", str(checkpoint), "--json", str(target)]
    run_room(f"sequence_models.{MODEL}.evaluate", arguments, logs / "evaluate.log", "evaluation")
    evaluation: dict[str, Any] = read_json(target)
    return evaluation
