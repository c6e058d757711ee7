"""The content of metrics.json: every figure of a demo, and what one needs to repeat it."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from shared.export.signature import Signature, signature_path
from shared.files import read_json
from shared.music.synth import available_backend
from shared.runs import git_revision
from studio.config import DemoConfig
from studio.listening import Heard
from studio.performance import RenderedSong
from studio.set_list import Composition
from studio.weights import MODEL, TRAINING_CONFIG, trained_weights

# Read from the installed packages' descriptions; no framework is imported for its version.
_PACKAGES = ("consort", "keras", "tensorflow", "tf2onnx", "onnxruntime", "numpy")
TRAINING_SONGS = "training_songs.npz"
# What `export` found when it held ONNX Runtime's answers to Keras's.
PARITY = "export_parity.json"


def gather(
    config: DemoConfig,
    evaluation: Mapping[str, Any],
    history: Mapping[str, Sequence[float]],
    compositions: Sequence[Composition],
    played: RenderedSong,
    heard: Heard | None,
    timings_s: Mapping[str, float],
) -> dict[str, Any]:
    """Return the content of metrics.json; the first of the compositions is the one whose song was played."""
    checkpoint, first = trained_weights(config).folder, compositions[0]
    parity = checkpoint / PARITY
    return {
        "checkpoint": str(checkpoint),
        "training": {
            "songs": n_training_songs(checkpoint), "duration_s": training_seconds(config, timings_s),
            **training_summary(history, reused=config.reuse),
        },
        "evaluation": dict(evaluation),
        "export": read_json(parity) if parity.is_file() else {},
        "weights": {composition.by.name: about_weights(composition) for composition in compositions},
        "song": {
            "by": first.by.name,
            "genre": config.genre, "verse_mood": config.verse_mood, "chorus_mood": config.chorus_mood,
            "key": first.verse.key.name, "tempo_qpm": played.song.score.tempo_qpm,
            "notes": played.song.score.n_notes, "duration_s": round(played.sound.seconds, 2),
            "synthesizer": available_backend(),
        },
        "listening": _listening(heard) if heard else {},
        "timings_s": dict(timings_s),
        "seeds": {"training": training_seed(checkpoint), "composing": config.seed, "playing": config.seed},
        "quick": config.quick,
        "git_revision": git_revision(),
        "machine": {"processor": processor(), "cores": usable_cores(), "system": platform.system()},
        "versions": {"python": platform.python_version(), **versions()},
    }  # fmt: skip


def _listening(heard: Heard) -> dict[str, float]:
    """Return how well the song's chords were recognised; a figure that nothing could be judged for is left out."""
    scores = {name: round(value, 4) for name, value in heard.scores.items() if not math.isnan(value)}
    return {**scores, "times_real_time": round(heard.times_real_time, 1)}


def about_weights(composition: Composition) -> dict[str, Any]:
    """Return who wrote a composition, from which revision of the code, and how fast it composed."""
    weights = composition.by
    signature = Signature.load(signature_path(weights.step_model))
    return {
        "title": weights.title, "folder": str(weights.folder), "learned_from": weights.learned_from,
        "version": signature.version, "git_revision": signature.git_revision,
        "ms_per_chord": round(composition.ms_per_chord, 4), "runtime": "onnxruntime",
    }  # fmt: skip


def training_summary(history: Mapping[str, Sequence[float]], *, reused: bool) -> dict[str, Any]:
    """Return how long training went and what its best epoch reached; epochs are counted from 1."""
    losses = history["val_loss"]
    best = losses.index(min(losses))
    figures = {name: values[best] for name, values in history.items() if name != "epoch"}
    return {
        "epochs": len(losses),
        "best_epoch": best + 1,
        "reused": reused,
        "best": figures,
    }


def training_seed(checkpoint: Path) -> int:
    """Return the seed that a run was trained with: a reused model need not have this demo's."""
    return int(read_json(checkpoint / TRAINING_CONFIG)["trainer"]["seed"])


def training_seconds(config: DemoConfig, timings_s: Mapping[str, float]) -> float:
    """Return how long the training took, export included; that of a reused model is in its run's summary."""
    if not config.reuse:
        return timings_s["train"]
    summary = Path(config.log_root) / MODEL / config.run_name / "summary.json"
    return float(read_json(summary)["duration_s"])


def n_training_songs(checkpoint: Path) -> int:
    """Return how many songs a run learned from."""
    with np.load(checkpoint / TRAINING_SONGS, allow_pickle=False) as arrays:
        return len(arrays["train_lengths"])


def versions() -> dict[str, str]:
    """Return the version of each package that is installed."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def processor() -> str:
    """Return the processor's name where the system tells it, else its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
