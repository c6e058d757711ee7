"""What a training leaves when it ends: weights, label means, the control, sources, figures, exports."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.config import ExportConfig, TrainConfig
from audio_models.harmonic_vae.data import Segments, Splits
from audio_models.harmonic_vae.hearing import heard_anywhere
from audio_models.harmonic_vae.latent import LatentHealth, encode, hear, may_judge
from audio_models.harmonic_vae.model import HarmonicVae
from audio_models.training.checkpoints import load_weights, read_weights, write_checkpoint
from audio_models.training.trainer import Trainer
from shared.files import write_json
from shared.metrics.pca import PrincipalComponents
from shared.metrics.separable import SeparableComponents
from shared.runs import Run, config_snapshot

_TOGETHER = 32
_LABEL = "genre"


def finish(config: TrainConfig, run: Run, splits: Splits, trainer: Trainer) -> None:
    """Write the files of a finished run.

    Raises:
        ConsortError: when the latent space of the best epoch has collapsed.
    """
    folder = run.checkpoint_dir
    model = _best(trainer, folder)
    points, health = _points(model, splits.train)
    if may_judge(trainer.epoch, config.trainer.epochs):
        health.require_alive()
    write_checkpoint(folder / run_folder.WEIGHTS_FILE, {"model": model.state_dict()})
    if means := label_means(points, splits.train.labels[_LABEL]):
        run_folder.save_label_means(folder, means)
    write_json(folder / run_folder.SOURCES_FILE, sources(splits.train, config.audio.sample_rate))
    if config.pca_segments:
        fit_controls(model, splits.train, config.pca_segments, config.seed, folder)
    best = min(range(len(trainer.history["val_loss"])), key=trainer.history["val_loss"].__getitem__)
    figures: dict[str, Any] = {name: values[best] for name, values in trainer.history.items()}
    figures |= {"epoch": best + 1, "active_units": health.active_units, "kl_nats": health.kl}
    run.write_metrics({"best_epoch": figures})
    run.write_summary({"best": figures, "config": config_snapshot(config)})
    print(f"{health.active_units} of {health.latent_dim} units active, KL {health.kl:.1f} nats per segment")
    if config.export:
        from audio_models.harmonic_vae.export import export  # the exporter is large, and training can do without it

        print(f"exported and verified: {export(ExportConfig(checkpoint=str(folder)))}")
    print(f"wrote {folder}")


def _best(trainer: Trainer, folder: Path) -> HarmonicVae:
    model: HarmonicVae = trainer.model  # type: ignore[assignment]
    path = folder / run_folder.CHECKPOINTS / run_folder.NAMES.best
    if path.is_file():  # a continuation in another folder may never have been better than what it began with
        load_weights(model, read_weights(path), path)
    model.augmentation = None
    return model.eval().cpu()


def _points(model: HarmonicVae, segments: Segments) -> tuple[NDArray[np.float32], LatentHealth]:
    parts = [
        encode(model, hear(model, segments.waveforms(range(start, min(start + _TOGETHER, len(segments))))))
        for start in range(0, len(segments), _TOGETHER)
    ]
    mu, log_var = (torch.cat(part) for part in zip(*parts, strict=True))
    return mu.numpy(), LatentHealth.of(mu, log_var)


def label_means(points: NDArray[np.float32], labels: list[str]) -> run_folder.Means:
    """Return the mean point of every label that is not empty."""
    names = np.array(labels)
    return {label: points[names == label].mean(axis=0) for label in sorted(set(labels)) if label}


def fit_controls(model: HarmonicVae, segments: Segments, count: int, seed: int, folder: Path) -> None:
    """Fit the linear controls to `count` log-mels from anywhere in the training recordings, and write them."""
    log_mels = heard_anywhere(model, segments, max(count, 2 * model.config.latent_dim), seed)
    pca = PrincipalComponents.fit(log_mels.flatten(1).numpy(), model.config.latent_dim)
    pca.save(folder / run_folder.PCA_FILE)
    SeparableComponents.fit(log_mels.numpy()).save(folder / run_folder.SEPARABLE_FILE)


def sources(segments: Segments, sample_rate: int) -> dict[str, Any]:
    """Return how many seconds the network learnt from, by dataset and by licence, and of how many recordings."""
    seconds: dict[str, Counter[str]] = {"dataset": Counter(), "licence": Counter()}
    for index in segments.track:
        for kind, counter in seconds.items():
            counter[str(getattr(segments.tracks[index], kind))] += segments.length
    totals = {
        kind: {name: round(samples / sample_rate, 1) for name, samples in sorted(counter.items())}
        for kind, counter in seconds.items()
    }
    return totals | {"tracks": len(segments.tracks)}
