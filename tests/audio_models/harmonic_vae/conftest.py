"""A prepared cache and one finished run, made once for all processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio_models.harmonic_vae.config import DataConfig, PrepareConfig
from audio_models.harmonic_vae.preprocessing import preprocess
from audio_models.harmonic_vae.train import train
from tests.audio_models.harmonic_vae.tiny_run import AUDIO, make_music, tiny_config
from tests.made_once import made_once


def _prepare(folder: Path) -> None:
    make_music(folder / "music")
    data = DataConfig(custom_dir=str(folder / "music"), cache_dir=str(folder / "cache"))
    preprocess(PrepareConfig(audio=AUDIO, data=data, backend="sequential"))


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty recordings of ten artists in genre/artist/album/."""
    return made_once(tmp_path_factory, "harmonic_music", _prepare) / "music"


@pytest.fixture(scope="session")
def cache(music: Path) -> Path:
    """What `prepare` made of them."""
    return music.parent / "cache"


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A run of six epochs with pictures, control and exports."""

    def make(folder: Path) -> None:
        config = tiny_config(cache, folder / "run", export=True, pca_segments=60)
        config.trainer.epochs, config.visualize.visualize_every, config.trainer.learning_rate = 6, 6, 1e-2
        config.trainer.checkpoint_every = 3
        train(config)

    return made_once(tmp_path_factory, "harmonic_run", make) / "run"
