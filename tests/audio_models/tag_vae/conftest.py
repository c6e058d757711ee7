"""A small table of clips in two worlds, its taxonomy, and one tiny trained run, shared by the tests of the rooms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_models.tag_vae.config import DataConfig, ModelConfig, TrainConfig, TrainerConfig
from audio_models.tag_vae.train import train
from shared.music.tag_taxonomy import Taxonomy

BAND = ("rock", "electric guitar", "drums", "male voice", "loud", "fast tempo")
HALL = ("classical", "violin", "cello", "instrumental", "soft", "slow tempo")


def rows(count: int, seed: int = 0) -> list[str]:
    """Return lines of clips that have three to six tags of one of two worlds."""
    rng = np.random.default_rng(seed)
    lines = []
    for index in range(count):
        world = BAND if index % 2 else HALL
        tags = [str(tag) for tag in rng.permutation(world)[: rng.integers(3, 7)]]
        lines.append(f'clip{index:04},0,"{tags}",text {index}')
    return lines


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """240 clips as CSV."""
    path = tmp_path_factory.mktemp("clips") / "clips.csv"
    path.write_text("\n".join(["ytid,start_s,aspect_list,caption", *rows(240)]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def taxonomy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The twelve concepts of both worlds."""
    path = tmp_path_factory.mktemp("taxonomy") / "concepts.json"
    Taxonomy({tag: [] for tag in (*BAND, *HALL)}).save(path)
    return path


def tiny_config(clips: Path, taxonomy: Path, root: Path, name: str, epochs: int = 12) -> TrainConfig:
    """Return the configuration of a tiny run below `root`."""
    return TrainConfig(
        model=ModelConfig(latent_dim=4, hidden_dim=16, dropout_p=0.3),
        data=DataConfig(clips=str(clips), taxonomy=str(taxonomy), batch_size=32),
        trainer=TrainerConfig(
            max_epochs=epochs, accelerator="cpu", devices="1", average=0.9, enable_progress_bar=False
        ),
        run_name=name, output_root=str(root / "outputs"), models_root=str(root / "models"),
    )  # fmt: skip


@pytest.fixture(scope="session")
def run(clips: Path, taxonomy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny run, exported and verified."""
    root = tmp_path_factory.mktemp("run")
    config = tiny_config(clips, taxonomy, root, "tiny")
    config.trainer.optimizer.lr = 0.02
    train(config)
    return root / "outputs" / "tag_vae" / "tiny"
