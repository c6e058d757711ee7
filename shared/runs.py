"""What every run has in common: a name, two folders, a seed, a snapshot of its settings, its figures.

A run of model M named R writes `logs/M/R/` (config.json, metrics.json, summary.json, TensorBoard, CSV)
and `checkpoints/M/R/` (the weights and what belongs to them).
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import random
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from shared.errors import ConsortError, InputError
from shared.files import read_json, write_json

PROJECT_ROOT = Path(__file__).resolve().parents[1]
WINGS = ("audio_models", "sequence_models")


Settings = TypeVar("Settings")


def saved_settings(kind: type[Settings], path: Path | str, group: str) -> Settings:
    """Return a group of settings that a run has written down; what it does not name has its default.

    Args:
        kind: the dataclass of the group.
        path: the run's JSON file of settings.
        group: name of the group in it.

    Raises:
        InputError: when the file cannot be read, or names a setting that this version does not know.
    """
    given = read_json(path).get(group, {})
    unknown = set(given) - {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown:
        raise InputError(f"{path} has unknown {group} settings: {', '.join(sorted(unknown))}")
    return kind(**given)


@dataclasses.dataclass(frozen=True)
class Run:
    """One training or evaluation run and where it writes."""

    name: str
    model: str
    log_dir: Path
    checkpoint_dir: Path
    started_s: float = dataclasses.field(default_factory=time.time, compare=False)

    def write_metrics(self, metrics: Mapping[str, Any]) -> Path:
        """Write `metrics.json`: metric name to figure, nested as the caller likes."""
        return self._write("metrics.json", dict(metrics))

    def write_summary(self, summary: Mapping[str, Any]) -> Path:
        """Write `summary.json`: what the caller gives, and which run of which revision made it."""
        about = {
            "model": self.model,
            "run": self.name,
            "git_revision": git_revision(),
            "checkpoint_dir": str(self.checkpoint_dir),
            "duration_s": round(time.time() - self.started_s, 1),
        }
        return self._write("summary.json", about | dict(summary))

    def _write(self, name: str, content: dict[str, Any]) -> Path:
        path = self.log_dir / name
        write_json(path, content)
        return path


def start_run(
    model: str,
    config: Any,
    name: str = "",
    log_root: Path | str = "logs",
    checkpoint_root: Path | str = "checkpoints",
) -> Run:
    """Make the folders of a run and write its settings to `config.json` in the log folder.

    Args:
        model: the model folder's name, such as `chord_generator`.
        config: the dataclass that the run was started with.
        name: the run's name; empty for date and time. A name that exists is continued, not refused.
        log_root: folder of all logs.
        checkpoint_root: folder of all checkpoints.

    Raises:
        InputError: when the name cannot be the name of a folder.
        ConsortError: when a folder cannot be made.
    """
    if name and not re.fullmatch(r"[^\W_.-][\w.=+-]*", name):
        raise InputError(f"run name '{name}' cannot name a folder; use letters, digits, '-', '_' and '.'")
    logs = Path(log_root) / model
    log_dir = _make_folder(logs / name, exist_ok=True) if name else _make_dated_folder(logs)
    checkpoint_dir = _make_folder(Path(checkpoint_root) / model / log_dir.name, exist_ok=True)
    write_json(log_dir / "config.json", config_snapshot(config))
    return Run(log_dir.name, model, log_dir, checkpoint_dir)


def _make_dated_folder(parent: Path) -> Path:
    """Make a folder named by date and time; runs of the same second are numbered."""
    stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    number = 1
    while True:
        try:
            return _make_folder(parent / (stamp if number == 1 else f"{stamp}_{number}"), exist_ok=False)
        except FileExistsError:  # mkdir decides, so that two processes never share a folder
            number += 1


def start_run_in(folder: Path | str, model: str, config: Any) -> Run:
    """Make one folder for logs and weights of a run, and write its settings to `config.json` in it.

    Raises:
        ConsortError: when the folder cannot be made.
    """
    made = _make_folder(Path(folder), exist_ok=True)
    write_json(made / "config.json", config_snapshot(config))
    return Run(made.resolve().name, model, made, made)


def _make_folder(folder: Path, *, exist_ok: bool) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=exist_ok)
    except OSError as error:
        if isinstance(error, FileExistsError) and not exist_ok:
            raise
        reason = error.strerror or error
        raise ConsortError(f"cannot make the folder {folder}: {reason}; choose another folder") from error
    return folder


def latest_run(model: str, checkpoint_root: Path | str = "checkpoints", having: str = "") -> Path:
    """Return the checkpoint folder of the model's newest run.

    Args:
        model: the model folder's name.
        checkpoint_root: folder of all checkpoints.
        having: a file that the run must have, such as `best.keras`; runs without it are passed over.

    Raises:
        ConsortError: when there is none; the sentence gives the command that trains one.
    """
    root = Path(checkpoint_root) / model
    runs = [path for path in root.glob("*/") if (path / having).exists() and any(path.iterdir())]
    if not runs:
        what = f"no run with {having}" if having else "no run"
        raise ConsortError(f"{root} holds {what} of {model}; train one: {_train_command(model)}")
    return max(runs, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _train_command(model: str) -> str:
    wings = [wing for wing in WINGS if (PROJECT_ROOT / wing / model / "train.py").exists()]
    return f"python -m {wings[0] if wings else '<wing>'}.{model}.train"


def seed_everything(seed: int) -> np.random.Generator:
    """Seed Python's and NumPy's global generators and return one of the caller's own.

    Each wing seeds its framework itself: the ground floor knows none.

    Raises:
        InputError: when the seed is negative, which NumPy has no generator for.
    """
    if seed < 0:
        raise InputError(f"seed is {seed}; it must be at least 0")
    random.seed(seed)
    np.random.seed(seed % 2**32)
    return np.random.default_rng(seed)


def git_revision() -> str:
    """Return the commit of the checkout (`-dirty` when files differ from it), or `unknown` without git."""
    git = ["git", "-C", str(PROJECT_ROOT)]
    command = [*git, "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return answer.stdout.strip() or "unknown"


def version() -> str:
    """Return the project's version, which pyproject.toml alone states."""
    import tomllib

    text = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def config_snapshot(config: Any) -> dict[str, Any]:
    """Return a dataclass as plain JSON values; `--config` reads the same shape back.

    Raises:
        TypeError: when `config` is not a dataclass or holds a value that JSON cannot.
    """
    if not dataclasses.is_dataclass(config) or isinstance(config, type):
        raise TypeError(f"a config is a dataclass, not {type(config).__name__}")
    return {field.name: _plain(getattr(config, field.name)) for field in dataclasses.fields(config)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return config_snapshot(value)
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a config: {value!r}")
