"""What a training shows of itself every few epochs: pictures and sounds, as files and in TensorBoard.

visualizations/epoch_0010/
    reconstructions.png      validation segments, and what comes back
    samples.png              points of the prior
    latent_tsne.png          where validation segments lie, coloured by genre
    latent_umap.png          the same by UMAP
    original_1.wav, reconstruction_1.wav, sample_1.wav, ...
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_models.harmonic_vae.config import TrainConfig
from audio_models.harmonic_vae.data import Segments
from audio_models.harmonic_vae.drawing import draw_log_mels, draw_points, picture_size
from audio_models.harmonic_vae.latent import decode, encode, hear
from audio_models.harmonic_vae.model import HarmonicVae
from audio_models.harmonic_vae.vocoder import Vocoder
from audio_models.training.layouts import by_tsne, by_umap
from audio_models.training.trainer import Trainer
from shared.audio.io import write_wav
from shared.errors import ConsortError
from shared.stack import is_installed

MOST_POINTS, LEAST_POINTS = 400, 8
_log = logging.getLogger(__name__)
Layout = Callable[[NDArray[np.float32], int], NDArray[np.floating]]


class Showcase:
    """Called after an epoch; draws when it is time."""

    def __init__(self, config: TrainConfig, segments: Segments, folder: Path) -> None:
        """Take the validation segments and the folder of all sets."""
        self._config, self._settings, self._folder = config, config.visualize, folder
        count = min(len(segments), MOST_POINTS)
        self._chosen = np.unique(np.linspace(0, len(segments) - 1, count).astype(np.int64))
        self._segments = segments

    def __call__(self, trainer: Trainer) -> None:
        """Draw where the epoch asks for it; what cannot be drawn costs a warning, not the training."""
        every = self._settings.visualize_every
        if not every or trainer.epoch % every or not trainer.fabric.is_global_zero:
            return
        try:
            with trainer.averaged():
                self._show(trainer)
        except (ConsortError, ImportError, OSError) as error:
            _log.warning("the pictures of epoch %d are not complete: %s", trainer.epoch, error)

    def _show(self, trainer: Trainer) -> None:
        folder = self._folder / f"epoch_{trainer.epoch:04d}"
        model: HarmonicVae = trainer.model.eval()  # type: ignore[assignment]
        device, count = model.mean.device, self._settings.visualize_segments
        log_mels = hear(model, self._segments.waveforms(self._chosen).to(device))
        mu, _ = encode(model, log_mels)
        spread = np.linspace(0, len(log_mels) - 1, min(count, len(log_mels))).astype(np.int64)
        originals, answers = log_mels[spread].cpu(), decode(model, mu[spread]).cpu()
        noise = torch.randn(count, mu.shape[1], generator=torch.Generator().manual_seed(self._config.seed))
        samples = decode(model, noise.to(device)).cpu()
        audio = self._config.audio
        pairs = [
            [("original", a.numpy()), ("reconstruction", b.numpy())] for a, b in zip(originals, answers, strict=True)
        ]
        self._picture(trainer, draw_log_mels(folder / "reconstructions.png", pairs, audio))
        self._picture(trainer, draw_log_mels(folder / "samples.png", [[("sample", s.numpy())] for s in samples], audio))
        self._maps(trainer, folder, mu.cpu().numpy())
        self._sounds(trainer, folder, {"original": originals, "reconstruction": answers, "sample": samples})

    def _maps(self, trainer: Trainer, folder: Path, points: NDArray[np.float32]) -> None:
        genres = [self._segments.labels["genre"][index] for index in self._chosen]
        layouts: dict[str, Layout] = {"tsne": by_tsne}
        if self._settings.umap and is_installed("umap"):
            layouts["umap"] = by_umap
        for name, layout in layouts.items():
            if len(points) >= LEAST_POINTS:
                title = f"latent space of validation segments, epoch {trainer.epoch} ({name})"
                places = layout(points, self._config.seed)
                self._picture(trainer, draw_points(folder / f"latent_{name}.png", places, genres, title))

    def _picture(self, trainer: Trainer, path: Path) -> None:
        trainer.curves.picture(f"pictures/{path.stem}", path.read_bytes(), picture_size(path), trainer.step)

    def _sounds(self, trainer: Trainer, folder: Path, kinds: dict[str, Tensor]) -> None:
        model: HarmonicVae = trainer.model  # type: ignore[assignment]
        vocoder = Vocoder(model.front_end.settings, self._config.vocoder)
        rate = self._config.audio.sample_rate
        for kind, log_mels in kinds.items():
            for number, log_mel in enumerate(log_mels, start=1):
                sound = vocoder.within_full_scale(log_mel)
                path = write_wav(folder / f"{kind}_{number}.wav", sound, rate)
                trainer.curves.sound(f"sounds/{kind}_{number}", path.read_bytes(), rate, len(sound), trainer.step)
