"""A little music of two genres and networks so small that a run takes a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from audio_models.harmonic_vae.config import (
    AudioConfig,
    DataConfig,
    LossConfig,
    ModelConfig,
    TrainConfig,
    TrainerConfig,
    VisualizeConfig,
    VocoderConfig,
)
from shared.audio.io import write_wav

RATE = 8000
AUDIO = AudioConfig(sample_rate=RATE, n_fft=256, hop_length=128, n_mels=16, segment_length=0.5)
GENRES = ("bells", "drums")


def tone(seed: int, seconds: float = 2.2, genre: str = "bells") -> np.ndarray:
    """Return a waveform [samples]: decaying sinusoids, or bursts of noise."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * RATE)) / RATE
    since_beat_s = time_s % rng.uniform(0.2, 0.4)
    if genre == "bells":
        sound = sum(np.sin(2 * np.pi * pitch_hz * time_s) for pitch_hz in rng.uniform(200, 2500, 3))
    else:
        sound = rng.standard_normal(len(time_s)) * 2
    return np.asarray(0.2 * sound * np.exp(-6 * since_beat_s), dtype=np.float32)


def make_music(folder: Path, artists: int = 5, files: int = 2) -> None:
    """Write genre/artist/album/NUMBER.wav."""
    for place, genre in enumerate(GENRES):
        for artist in range(artists):
            album = folder / genre / f"{genre} {artist}" / "first"
            album.mkdir(parents=True)
            for number in range(files):
                write_wav(
                    album / f"{number}.wav", tone(1000 * place + 10 * artist + number, genre=genre).clip(-1, 1), RATE
                )


def tiny_config(cache: Path, output: Path, **changes: Any) -> TrainConfig:
    """Return a run of three epochs without pictures and exports; `changes` are of the top level."""
    config = TrainConfig(
        model=ModelConfig(latent_dim=4, channels=[8, 8], hidden_dims=[16], blocks=1),
        audio=AUDIO,
        data=DataConfig(cache_dir=str(cache), batch_size=8, validation_split=0.2, test_split=0.2),
        loss=LossConfig(beta_steps=4),
        trainer=TrainerConfig(
            epochs=3, warmup_epochs=0, learning_rate=3e-3, average=0.5, device="cpu", checkpoint_every=2
        ),
        vocoder=VocoderConfig(griffin_lim_steps=2, nnls_steps=2),
        visualize=VisualizeConfig(visualize_every=0, visualize_segments=2, umap=False),
        output_dir=str(output), pca_segments=0, linear_segments=60, export=False,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(config, name, value)
    return config


def tiny_words(cache: Path, output: Path) -> list[str]:
    """Return the same run as words of the command line."""
    words = {
        "latent_dim": 4, "channels": "8,8", "hidden_dims": "16", "sample_rate": RATE, "n_fft": 256, "hop_length": 128,
        "n_mels": 16, "segment_length": 0.5, "cache_dir": cache, "batch_size": 8, "validation_split": 0.2,
        "test_split": 0.2, "beta_steps": 4, "epochs": 3, "warmup_epochs": 0, "learning_rate": 3e-3, "device": "cpu",
        "checkpoint_every": 2, "griffin_lim_steps": 2, "nnls_steps": 2, "visualize_every": 0, "visualize_segments": 2,
        "output_dir": output, "pca_segments": 0, "linear_segments": 60, "average": 0.5,
    }  # fmt: skip
    return [*(f"--{name}={value}" for name, value in words.items()), "--no-umap", "--no-export"]
