"""Log-mels of training segments that begin anywhere in their recordings, for what is fitted to many of them."""

from __future__ import annotations

import torch
from torch import Tensor
from tqdm import tqdm

from audio_models.harmonic_vae.data import Segments
from audio_models.harmonic_vae.model import HarmonicVae

_TOGETHER = 64


@torch.no_grad()
def heard_anywhere(model: HarmonicVae, segments: Segments, count: int, seed: int) -> Tensor:
    """Return `count` log-mels [count, n_mels, frames], on the model's device; the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    device = model.mean.device
    found = torch.empty(count, model.audio.n_mels, model.audio.frames, device=device)
    for start in tqdm(range(0, count, _TOGETHER), desc="hearing segments", unit="batch", leave=False):
        numbers = torch.arange(start, min(start + _TOGETHER, count)) % len(segments)
        waveforms = segments.waveforms(numbers, random_offset=True, generator=generator)
        found[start : start + _TOGETHER] = model.hear(waveforms.to(device))
    return found
