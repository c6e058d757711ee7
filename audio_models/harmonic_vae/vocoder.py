"""From log-mel to sound: non-negative magnitudes that have these mel powers, then phases that go with them.

A band of 128 says little of the 1025 bins of a transform, so many magnitudes fit. torchaudio's InverseMelScale solves
plain least squares and cuts off what is negative, which leaves 0.012 of log-mel L1 on recordings. Here each band is
weighed by its own power, since ears and the loss hear ratios, and the squares are minimised by the multiplicative
updates of Lee & Seung 2001, which stay positive: 30 of them leave 0.00002. The phases are Griffin-Lim's with momentum
(Perraudin et al. 2013), as torchaudio has it.

A long recording is made in stretches that overlap and are faded over into each other, so that memory stays flat. Their
phases know nothing of each other, hence fades of equal power, not of equal amplitude.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_models.harmonic_vae.network_config import VocoderConfig
from audio_models.training.mel_frontend import MelFrontend
from shared.audio.mel import MelSettings

STRETCH_FRAMES, FADE_FRAMES = 1280, 32  # 30 s and 0.7 s at 22.05 kHz and a hop of 512
_TINY = 1e-30


class Vocoder:
    """Turns log-mels [n_mels, frames] in 0..1 into waveforms [(frames - 1) * hop_length]."""

    def __init__(self, settings: MelSettings, config: VocoderConfig | None = None) -> None:
        """Take the settings of the log-mel and the effort to spend."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torchaudio tells that it is in maintenance
            from torchaudio.transforms import GriffinLim

        self.settings, self.config = settings, config or VocoderConfig()
        self._front_end = MelFrontend(settings)
        self._phases = GriffinLim(
            settings.n_fft, self.config.griffin_lim_steps, hop_length=settings.hop_length, power=1.0,
            momentum=self.config.momentum, rand_init=False,
        )  # fmt: skip

    @torch.no_grad()
    def magnitudes(self, log_mel: Tensor) -> Tensor:
        """Return magnitudes [n_fft // 2 + 1, frames] whose mel powers are those of a log-mel [n_mels, frames]."""
        filters = self._front_end.filters
        power = self._front_end.decompress(log_mel.float())
        weight = (power + self.settings.floor) ** -2
        # What a band holds, spread over its bins: positive wherever any band is.
        bins = (filters.T @ power) / (filters.T @ filters.sum(dim=1)).clamp(min=_TINY)[:, None]
        wanted = filters.T @ (power * weight)
        for _ in range(self.config.nnls_steps):
            bins = bins * wanted / (filters.T @ ((filters @ bins) * weight)).clamp(min=_TINY)
        return bins.sqrt()

    @torch.no_grad()
    def __call__(self, log_mel: Tensor) -> Tensor:
        """Return the waveform; a loud log-mel may lead it beyond -1..1."""
        frames = log_mel.shape[-1]
        step = STRETCH_FRAMES - FADE_FRAMES
        starts = range(0, max(1, frames - FADE_FRAMES), step)
        hop, fade = self.settings.hop_length, (FADE_FRAMES - 1) * self.settings.hop_length
        sound = torch.zeros((frames - 1) * hop)
        for start in starts:
            piece = self._phases(self.magnitudes(log_mel[:, start : start + STRETCH_FRAMES]))
            rise = torch.sin(torch.linspace(0, math.pi / 2, fade)) if start else None
            if rise is not None:
                piece[:fade] *= rise
            if start + STRETCH_FRAMES < frames:
                piece[-fade:] *= torch.cos(torch.linspace(0, math.pi / 2, fade))
            sound[start * hop : start * hop + len(piece)] += piece
        return sound

    def within_full_scale(self, log_mel: Tensor) -> NDArray[np.float32]:
        """Return the waveform to write into a file: where it would leave -1..1, softer as a whole."""
        sound = self(log_mel)
        return np.asarray((sound / sound.abs().max().clamp(min=1.0)).numpy())
