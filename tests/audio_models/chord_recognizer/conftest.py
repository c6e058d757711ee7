"""A cache of planted pieces and one tiny trained run, shared by the tests of the chord recognizer's rooms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_models.chord_recognizer.cache import append_record, save_piece
from audio_models.chord_recognizer.config import DataConfig, ModelConfig, TrainConfig
from audio_models.chord_recognizer.train import train
from audio_models.training.config import TrainingConfig
from shared.audio.features import LogFrequencySettings
from tests.made_once import made_once

SETTINGS = LogFrequencySettings()
_FRAMES = 40


def planted_piece(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features [frames, 252] and labels [frames, 3] of major triads on changing roots."""
    rng = np.random.default_rng(number)
    roots = np.repeat(rng.integers(0, 12, _FRAMES // 8), 8)
    features = 0.05 * rng.random((_FRAMES, SETTINGS.n_bins))
    for frame, root in enumerate(roots):
        for tone in (0, 4, 7):
            features[frame, 3 * ((root + tone) % 12 + 24)] = 0.9
    labels = np.stack([np.zeros_like(roots), roots, roots], axis=1)
    return features, labels.astype(np.int16)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pieces: eight to train on, three to validate with, one to test."""
    return made_once(tmp_path_factory, "cache", _write_cache)


def _write_cache(folder: Path) -> None:
    for number in range(12):
        features, labels = planted_piece(number)
        save_piece(folder, number, features, labels)
        split = "train" if number < 8 else "validation" if number < 11 else "test"
        append_record(folder, {"id": number, "source": "planted", "split": split, "frames": _FRAMES})


def tiny_config(cache: Path, root: Path, name: str, epochs: int = 2) -> TrainConfig:
    """Return the configuration of a tiny run below `root`."""
    return TrainConfig(
        model=ModelConfig(d_model=16, num_blocks=1, num_heads=2, stem_channels=2, kernel_frames=3),
        data=DataConfig(cache=cache, crop_frames=16, masks=1),
        trainer=TrainingConfig(learning_rate=0.01, num_epochs=epochs, warmup_epochs=0, batch_size=4, log_every=1),
        run_name=name,
        log_root=str(root / "logs"),
        checkpoint_root=str(root / "checkpoints"),
    )


@pytest.fixture(scope="session")
def run(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny run, exported and verified."""
    root = made_once(tmp_path_factory, "recognizer-run", lambda root: train(tiny_config(cache, root, "tiny")))
    return root / "checkpoints" / "chord_recognizer" / "tiny"
