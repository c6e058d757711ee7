"""What `generate` leaves: sounds, pictures of their log-mels, and the points that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from audio_models.harmonic_vae.drawing import draw_log_mels
from audio_models.harmonic_vae.model import HarmonicVae
from audio_models.harmonic_vae.network_config import VocoderConfig
from audio_models.harmonic_vae.passages import Passage
from audio_models.harmonic_vae.vocoder import Vocoder
from shared.audio.io import write_wav
from shared.files import atomic_path

_PER_ROW = 4
_REST_S = 0.25


class Writer:
    """Writes results into a folder and says where."""

    def __init__(self, folder: Path, model: HarmonicVae, config: VocoderConfig) -> None:
        """Take the folder and what the sounds are of."""
        self.folder, self._audio = folder, model.audio
        self._vocoder = Vocoder(model.front_end.settings, config)

    def points(self, name: str, z: Tensor, log_mels: Tensor, titles: Sequence[str]) -> None:
        """Write points [n, latent_dim]: a sound each and all in a row, one picture, the latents."""
        rest = np.zeros(round(_REST_S * self._audio.sample_rate), dtype=np.float32)
        joined = []
        for number, log_mel in enumerate(tqdm(log_mels, desc=name, unit="sound", leave=False), start=1):
            sound = self._vocoder.within_full_scale(log_mel)
            write_wav(self.folder / f"{name}_{number}.wav", sound, self._audio.sample_rate)
            joined += [sound, rest]
        write_wav(self.folder / f"{name}.wav", np.concatenate(joined[:-1]), self._audio.sample_rate)
        cells = [(title, log_mel.numpy()) for title, log_mel in zip(titles, log_mels, strict=True)]
        rows = [cells[start : start + _PER_ROW] for start in range(0, len(cells), _PER_ROW)]
        draw_log_mels(self.folder / f"{name}.png", rows, self._audio)
        self._latents(name, z)

    def whole(self, name: str, passage: Passage, log_mel: Tensor, original: Tensor) -> None:
        """Write a whole recording as it comes back, beside its own log-mel [n_mels, frames]."""
        write_wav(self.folder / f"{name}.wav", self._vocoder.within_full_scale(log_mel), self._audio.sample_rate)
        rows = [[("recording", original.numpy())], [("reconstruction", log_mel.numpy())]]
        draw_log_mels(self.folder / f"{name}.png", rows, self._audio)
        starts_s = torch.tensor(passage.starts) * self._audio.hop_length / self._audio.sample_rate
        self._latents(name, passage.mu, starts_s=starts_s)

    def _latents(self, name: str, z: Tensor, **others: Tensor) -> None:
        with atomic_path(self.folder / f"{name}.npz") as aside:
            arrays: dict[str, Any] = {"z": z.numpy(), **{key: value.numpy() for key, value in others.items()}}
            np.savez(aside, **arrays)
        print(f"wrote {self.folder / name}.wav, .png, .npz")
