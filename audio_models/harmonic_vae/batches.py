"""Segments as the engine takes them: pairs of waveform and label, a whole batch gathered at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from audio_models.harmonic_vae.data import Segments
from audio_models.harmonic_vae.network_config import TrainerConfig
from audio_models.training.config import TrainingConfig
from audio_models.training.data_order import build_loader

# Samples go onto the GPU as a whole when they leave this share of its free memory to the network.
_SHARE_FOR_SAMPLES = 0.3
_SAMPLE_BYTES = 2


class SegmentPairs(Dataset[tuple[Tensor, Tensor]]):
    """Waveforms [samples] with the index of their genre; random places are drawn from torch's generator."""

    def __init__(self, segments: Segments, *, random_offset: bool) -> None:
        """Take the segments, and whether each is to begin anywhere in its recording."""
        self._segments, self._random_offset = segments, random_offset
        genres = segments.labels["genre"]
        ids = {genre: index for index, genre in enumerate(sorted(set(genres)))}
        self._labels = torch.tensor([ids[genre] for genre in genres], dtype=torch.int64)

    def __len__(self) -> int:
        return len(self._segments)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[tuple[Tensor, Tensor]]:
        """Return the pairs of a batch: torch's loader asks for them all at once where this method exists."""
        chosen = torch.as_tensor(indices, dtype=torch.int64)
        waveforms = self._segments.waveforms(chosen, random_offset=self._random_offset)
        return list(zip(waveforms, self._labels[chosen], strict=True))


def segment_loader(
    segments: Segments, settings: TrainingConfig, trainer: TrainerConfig, *, training: bool
) -> DataLoader:
    """Return batches of segments; on a GPU, the samples already lie there where they fit."""
    if trainer.devices == 1 and trainer.device in ("auto", "cuda") and torch.cuda.is_available():
        free, _ = torch.cuda.mem_get_info()
        end = max((track.start + track.samples for track in segments.tracks), default=0)
        if end * _SAMPLE_BYTES < _SHARE_FOR_SAMPLES * free:
            segments = segments.to("cuda")
    pairs = SegmentPairs(segments, random_offset=training and trainer.random_offset)
    return build_loader(pairs, settings, shuffle=training)
