"""Every setting of the HarmonicVAE, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from audio_models.harmonic_vae.network_config import (
    LossConfig,
    ModelConfig,
    TrainerConfig,
    VisualizeConfig,
    VocoderConfig,
)
from shared.cli import option
from shared.errors import InputError

MODEL_NAME = "harmonic_vae"
DOWNLOADS = Path("data/downloads")
OUTPUT_ROOT = "output"
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
    colour_db: float = option(
        6.0, help="largest change of the colour: a smooth random equaliser over the bands", unit="dB", minimum=0
    )
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


@dataclass
class TrainConfig:
    """`train`: from a prepared cache to a trained, exported and verified model."""

    model: ModelConfig = field(default_factory=ModelConfig)
    audio: AudioConfig = field(default_factory=AudioConfig)
    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentConfig = field(default_factory=AugmentConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    vocoder: VocoderConfig = field(default_factory=VocoderConfig)
    visualize: VisualizeConfig = field(default_factory=VisualizeConfig)
    seed: int = option(0, help="same seed, same weights", minimum=0)
    output_dir: str = option("", help="the run's folder; empty = output/harmonic_vae/ and date and time")
    resume_from: str = option("", help="run folder or checkpoint (.pt) to go on with, to the bit")
    fresh_schedule: bool = option(
        False, help="take only the weights of resume_from: fine-tune on other data, from the first epoch on"
    )
    linear_segments: int = option(
        4096, help="training segments, from anywhere, that the linear path is first fitted to", minimum=2
    )
    pca_segments: int = option(
        4000, help="training segments, from anywhere, that the control PCA is fitted to at the end; 0 = no control",
        minimum=0,
    )  # fmt: skip
    export: bool = option(True, help="export to ONNX and verify when training ends")


@dataclass
class TuneConfig(TrainConfig):
    """`tune`: search latent_dim, hidden_dims, learning rate, beta and batch size; the rest as in `train`."""

    trials: int = option(50, help="trials of this call, over all workers", minimum=1)
    workers: int = option(1, help="processes that try side by side on one study", minimum=1)
    storage: str = option("", help="SQLite file of the study, old or new; empty = study.db in output_dir")
    study: str = option(MODEL_NAME, help="name of the study in that file")
    latent_dims: list[int] = option([64, 128, 256], help="widths of the latent space to try")
    hidden_choices: list[str] = option(["1024-512-256", "512-256"], help="mlp: hidden_dims to try")
    channel_choices: list[str] = option(["256-384-512", "192-256"], help="convolutional: channels to try")
    batch_sizes: list[int] = option([32, 64, 128], help="batch sizes to try")
    lr_low: float = option(1e-4, help="lowest learning rate to try", above=0)
    lr_high: float = option(3e-3, help="highest learning rate to try", above=0)
    beta_low: float = option(1e-3, help="lowest beta_end to try", above=0)
    beta_high: float = option(5e-2, help="highest beta_end to try", above=0)
    prune_after: int = option(3, help="epochs before a trial worse than the median is given up", minimum=1)


@dataclass
class EvaluateConfig:
    """`evaluate`: reconstruction, latent space and distribution, beside PCA of the same size."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    output_root: str = option(OUTPUT_ROOT, help="where the newest run is looked for")
    cache_dir: str = option("", help="another cache of `prepare`, whose held-out part is asked; empty = the run's own")
    audio_dir: str = option("", help="folder of other recordings; the sub-folders are labels")
    controls: bool = option(True, help="also measure PCA, fitted on the run's training segments")
    most: int = option(
        2000, help="segments that are asked, spread evenly, and among which labels are sought", minimum=4
    )
    heard: int = option(48, help="segments that are turned into sound for the spectral distances", minimum=2)
    neighbours: int = option(5, help="of the k-NN classifier of labels", minimum=1)
    vocoder: VocoderConfig = field(default_factory=VocoderConfig)
    pictures: str = option("", help="folder for spectrograms of reconstructions; empty = none")
    json: str = option("", help="write every metric to this file")
    seed: int = option(0, help="of the segments that are heard, and of samples", minimum=0)


@dataclass
class GenerateConfig:
    """`generate`: sample, reconstruct, interpolate, traverse, attribute."""

    task: list[str] = option(
        [], help="sample; reconstruct FILE; interpolate A B; traverse FILE; attribute FILE", plain_words=True
    )
    checkpoint: str = option("", help="run folder; empty = the newest run")
    output_root: str = option(OUTPUT_ROOT, help="where the newest run is looked for")
    output_dir: str = option("generated", help="where sounds, pictures and latents go")
    count: int = option(4, help="sample: how many", aliases=("n",), minimum=1)
    temperature: float = option(1.0, help="sample: spread of the points, 1 = the prior", minimum=0)
    steps: int = option(8, help="interpolate, traverse, attribute: points on the way, the ends included", minimum=2)
    path: str = option("spherical", help="interpolate: the way between", choices=("spherical", "linear"))
    start_s: float = option(0.0, help="interpolate, traverse, attribute: where the segment begins", unit="s", minimum=0)
    dimension: int = option(0, help="traverse: the latent dimension, from 0", minimum=0)
    span: float = option(3.0, help="traverse: how far, either way, in standard deviations of the prior", above=0)
    from_label: str = option("", help="attribute: the label to leave, such as a genre of the training data")
    to_label: str = option("", help="attribute: the label to go to")
    amount: float = option(1.0, help="attribute: how far, 1 = from the one label's mean to the other's", above=0)
    vocoder: VocoderConfig = field(default_factory=VocoderConfig)
    seed: int = option(0, help="same seed, same sounds", minimum=0)


@dataclass
class ExportConfig:
    """`export`: encoder and decoder as ONNX files with signatures and model cards."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    output_root: str = option(OUTPUT_ROOT, help="where the newest run is looked for")
    output_dir: str = option("", help="where the files go; empty = the run folder")
