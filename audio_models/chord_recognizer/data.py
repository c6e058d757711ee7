"""The prepared pieces as training examples: crops of their features, moved in pitch and changed in colour.

Everything random comes from (seed, epoch, index), so that an interrupted run goes on with the same examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from audio_models.chord_recognizer.cache import features_path, labels_path, read_index
from audio_models.chord_recognizer.config import DataConfig
from audio_models.chord_recognizer.spectrum_changes import hide, smooth_gain_db, tilt, transpose
from shared.audio.features import Features, LogFrequencySettings
from shared.audio.tuning import estimate_tuning, shift_tuning
from shared.errors import InputError
from shared.journal import Record
from shared.splits import Splits
from shared.vocabulary import IGNORED

HEADS = ("chord_type", "root", "bass_note")
Example = tuple[Tensor, dict[str, Tensor]]

_SETTINGS = LogFrequencySettings()


@dataclass(frozen=True)
class Piece:
    """One prepared piece: where its features [frames, 252] and labels [frames, 3] lie, and what it was made of."""

    folder: Path
    number: int
    frames: int
    source: str
    licence: str = ""
    soundfont: str = ""

    @classmethod
    def of(cls, folder: Path, record: Record) -> Piece:
        """Return the piece of a line of the index."""
        return cls(
            folder, int(record["id"]), int(record["frames"]), str(record["source"]), str(record.get("licence", "")),
            str(record.get("recipe", {}).get("soundfont", "")),
        )  # fmt: skip

    @property
    def seconds(self) -> float:
        """How long the piece is."""
        return self.frames * _SETTINGS.hop_length / _SETTINGS.sample_rate

    def features(self, first: int = 0, last: int | None = None) -> Features:
        """Read frames, moved onto A440."""
        stored = np.load(features_path(self.folder, self.number), mmap_mode="r", allow_pickle=False)
        read = np.asarray(stored[first:last], dtype=np.float32)
        return shift_tuning(read, -estimate_tuning(read, _SETTINGS), _SETTINGS)

    def labels(self, first: int = 0, last: int | None = None) -> NDArray[np.int64]:
        """Read the ids of chord type, root and bass."""
        stored = np.load(labels_path(self.folder, self.number), mmap_mode="r", allow_pickle=False)
        return np.asarray(stored[first:last], dtype=np.int64)


def load_splits(config: DataConfig) -> Splits[Piece]:
    """Return the pieces that `prepare` wrote, by the split of their song.

    Raises:
        InputError: when there are none, or none to train on or to validate with.
    """
    folder = Path(config.cache)
    parts: dict[str, list[Piece]] = {"train": [], "validation": [], "test": []}
    for record in read_index(folder):
        parts[record["split"]].append(Piece.of(folder, record))
    for name in ("train", "validation"):
        if not parts[name]:
            raise InputError(f"{folder} holds no {name} pieces; run python -m audio_models.chord_recognizer.prepare")
    return Splits(parts["train"], parts["validation"], parts["test"])


class Crops(Dataset[Example]):
    """Crops of equal length; those of training are drawn anew each epoch, those of validation stand still."""

    def __init__(self, pieces: list[Piece], config: DataConfig, seed: int, *, training: bool) -> None:
        """Take the pieces; a piece gives as many crops as fit into it."""
        self.pieces, self.config, self.seed, self.training = pieces, config, seed, training
        self._epoch = 0
        length = config.crop_frames
        self._crops = [(p, part) for p, piece in enumerate(pieces) for part in range(max(1, piece.frames // length))]

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch, from 0."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Return the number of crops in an epoch."""
        return len(self._crops)

    def __getitem__(self, index: int) -> Example:
        """Return features [crop_frames, 252] and the ids of each head [crop_frames]."""
        number, part = self._crops[index]
        piece, length = self.pieces[number], self.config.crop_frames
        rng = np.random.default_rng([self.seed, self._epoch, index])
        spare = max(0, piece.frames - length)
        first = int(rng.integers(0, spare + 1)) if self.training else min(part * length, spare)
        features, labels = piece.features(first, first + length), piece.labels(first, first + length)
        if self.training:
            features, labels = _changed(features, labels, self.config, rng)
        missing = length - len(features)
        features = np.pad(features, ((0, missing), (0, 0)))
        labels = np.pad(labels, ((0, missing), (0, 0)), constant_values=IGNORED)
        targets = {name: torch.from_numpy(labels[:, column].copy()) for column, name in enumerate(HEADS)}
        return torch.from_numpy(features), targets


def _changed(
    features: Features, labels: NDArray[np.int64], config: DataConfig, rng: np.random.Generator
) -> tuple[Features, NDArray[np.int64]]:
    """Move an example in pitch, with its labels, and change its colour."""
    semitones = int(rng.integers(-5, 7)) if config.transpose else 0
    features = transpose(features, semitones, _SETTINGS)
    features = shift_tuning(features, float(rng.uniform(-config.detune, config.detune)), _SETTINGS)
    features = tilt(features, smooth_gain_db(features.shape[1], config.tilt_db, rng), _SETTINGS)
    pitches = labels[:, 1:]
    moved = np.where(pitches == IGNORED, IGNORED, (pitches + semitones) % 12)
    return hide(features, config.masks, rng), np.concatenate([labels[:, :1], moved], axis=1)
