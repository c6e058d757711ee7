"""Every setting of the HarmonicVAE, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from shared.cli import option
from shared.errors import InputError

MODEL_NAME = "harmonic_vae"
DOWNLOADS = Path("data/downloads")
DATASETS = ("custom", "gtzan", "maestro", "emotify")
COMBINED = "combined"
STEPS = ("download", "validate", "preprocess", "visualize")


@dataclass
class AudioConfig:
    """What the network hears of a waveform: segments of log-mel."""

    sample_rate: int = option(22_050, help="of the waveform", unit="Hz", minimum=4000)
    n_fft: int = option(2048, help="length of the Fourier transform and of its window", unit="samples", minimum=64)
    hop_length: int = option(512, help="from frame to frame", unit="samples", minimum=1)
    n_mels: int = option(128, help="mel bands from 0 Hz to half the sample rate", minimum=4)
    segment_length: float = option(3.0, help="length of what is encoded at once", unit="s", above=0)

    @property
    def samples(self) -> int:
        """Length of a segment in samples."""
        return round(self.segment_length * self.sample_rate)

    @property
    def frames(self) -> int:
        """Length of a segment in frames, of which the first is centred on its first sample."""
        return 1 + self.samples // self.hop_length


@dataclass
class DataConfig:
    """Which recordings, where they lie, and how they are dealt."""

    dataset: str = option(
        "custom", help="whose layout the folder has; custom: any folder of audio; combined: all that have a folder",
        choices=(*DATASETS, COMBINED),
    )  # fmt: skip
    dataset_dir: str = option("", help="folder of the dataset; empty = its place in CONSORT_DATA or data/downloads")
    custom_dir: str = option("", help="a folder of music of your own; sub-folders are genre/artist/album")
    gtzan_dir: str = option("", help="folder of GTZAN, for --dataset combined")
    maestro_dir: str = option("", help="folder of MAESTRO, for --dataset combined")
    emotify_dir: str = option("", help="folder of Emotify, for --dataset combined")
    cache_dir: str = option("", help="folder of what `prepare` made; empty = data/downloads/harmonic_vae/DATASET")
    validation_split: float = option(0.1, help="share of the artists that choose the best epoch", minimum=0, below=1)
    test_split: float = option(0.1, help="share of the artists that are kept out until the end", minimum=0, below=1)
    batch_size: int = option(64, help="segments per batch", minimum=1)
    seed: int = option(0, help="of the split", minimum=0)
    augment: bool = option(False, help="vary pitch, tempo, gain and noise of the segments in training")
    augment_strength: float = option(0.5, help="how much of it, 0 (none, to the bit) to 1", minimum=0, maximum=1)

    def folder_of(self, dataset: str) -> Path:
        """Return the folder of one of `DATASETS`: the one that is named, or its usual place.

        Raises:
            InputError: for `custom` when no folder is named.
        """
        named = getattr(self, f"{dataset}_dir") or (self.dataset_dir if self.dataset == dataset else "")
        if named:
            return Path(named)
        if dataset == "custom":
            raise InputError("which music? name its folder with --custom_dir FOLDER")
        beside = os.environ.get("CONSORT_DATA")
        if beside and Path(beside, dataset).is_dir():
            return Path(beside, dataset)
        return DOWNLOADS / dataset

    @property
    def sources(self) -> tuple[str, ...]:
        """The datasets that are read; of `combined`, those that have a folder."""
        if self.dataset != COMBINED:
            return (self.dataset,)
        return tuple(name for name in DATASETS if getattr(self, f"{name}_dir"))

    @property
    def cache(self) -> Path:
        """The folder of what `prepare` made."""
        return Path(self.cache_dir) if self.cache_dir else DOWNLOADS / MODEL_NAME / self.dataset


@dataclass
class AugmentConfig:
    """How far training segments are varied at strength 1."""

    pitch_semitones: float = option(
        2.0, help="largest shift of the pitch, up or down", unit="semitones", minimum=0, maximum=12
    )
    stretch: float = option(0.2, help="largest change of the tempo, as a share of it", minimum=0, maximum=0.5)
    gain_db: float = option(6.0, help="largest change of the level, up or down", unit="dB", minimum=0)
    noise_db: float = option(20.0, help="how far noise stays below the music at its loudest", unit="dB", minimum=0)
    noise_dir: str = option("", help="folder of recordings of noise; empty = noise is drawn, from white to brown")


@dataclass
class PrepareConfig:
    """`prepare`: from audio files to a cache that training reads."""

    step: str = option("preprocess", help="what to do: download, validate, preprocess or visualize", choices=STEPS)
    audio: AudioConfig = field(default_factory=AudioConfig)
    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentConfig = field(default_factory=AugmentConfig)
    workers: int = option(0, help="processes that decode; 0 = one per core", minimum=0)
    backend: str = option(
        "loky", help="joblib's back end: loky (processes), threading, or a cluster's: dask, ray",
        choices=("loky", "threading", "sequential", "dask", "ray"),
    )  # fmt: skip
    pictures: int = option(4, help="visualize: how many recordings to draw", minimum=1)
    output_dir: str = option("", help="visualize: where pictures go; empty = pictures/ in the cache")
    json: str = option("", help="validate: also write what was found to this file")
