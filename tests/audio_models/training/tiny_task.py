"""A task that trains in a tenth of a second: points in space with three labels each, and a network for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from audio_models.training.config import TrainingConfig
from audio_models.training.data_order import build_loader
from audio_models.training.heads import HeadsLoss
from audio_models.training.trainer import Trainer

HEADS = {"chord_type": 5, "root": 4, "bass_note": 3}
WIDTH = 8


class TinyPoints(Dataset[tuple[Tensor, dict[str, Tensor]]]):
    """Points [8] whose labels are their nearest of a few directions; `noise` is drawn anew at every look."""

    def __init__(self, size: int, seed: int = 0, noise: float = 0.0) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.points = torch.randn(size, WIDTH, generator=generator)
        directions = torch.randn(WIDTH, sum(HEADS.values()), generator=torch.Generator().manual_seed(99))
        scores = (self.points @ directions).split(list(HEADS.values()), dim=1)
        self.labels = {name: part.argmax(dim=1) for name, part in zip(HEADS, scores, strict=True)}
        self._noise = noise

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: int) -> tuple[Tensor, dict[str, Tensor]]:
        # From torch's generator and from NumPy's: both must be repeated by a resumed run.
        noise = self._noise * (torch.randn(WIDTH) + float(np.random.standard_normal()))
        return self.points[index] + noise, {name: labels[index] for name, labels in self.labels.items()}


class TinyNet(nn.Module):
    """A hidden layer and three heads, with everything that has a memory or draws at random where asked."""

    def __init__(self, dropout: float = 0.0, normed: bool = False) -> None:
        super().__init__()
        norm = nn.BatchNorm1d(16) if normed else nn.Identity()
        self.body = nn.Sequential(nn.Linear(WIDTH, 16), norm, nn.ReLU(), nn.Dropout(dropout))
        self.heads = nn.ModuleDict({name: nn.Linear(16, classes) for name, classes in HEADS.items()})

    def forward(self, points: Tensor) -> dict[str, Tensor]:
        body = self.body(points)
        return {name: head(body) for name, head in self.heads.items()}


def tiny_config(folder: Path | str, **settings: Any) -> TrainingConfig:
    """Return a config for the CPU that writes into `folder`."""
    defaults = {"learning_rate": 0.01, "batch_size": 8, "num_epochs": 3, "warmup_epochs": 1, "device": "cpu"}
    return TrainingConfig(checkpoint_dir=str(folder), **{**defaults, **settings})


def tiny_trainer(
    folder: Path | str,
    *,
    size: int = 30,
    dropout: float = 0.0,
    noise: float = 0.0,
    criterion: Any = None,
    **settings: Any,
) -> Trainer:
    """Return a trainer of a fresh network on fresh data, always the same."""  # fmt: skip
    config = tiny_config(folder, **settings)
    torch.manual_seed(1)
    model = TinyNet(dropout, normed=dropout > 0)
    train_loader = build_loader(TinyPoints(size, noise=noise), config, shuffle=True)
    val_loader = build_loader(TinyPoints(13, seed=7), config, shuffle=False)
    criterion = criterion or HeadsLoss({"bass_note": 0.5}, config.label_smoothing)
    return Trainer(model, train_loader, val_loader, config, criterion)
