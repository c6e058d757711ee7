"""Every setting of the chord recognizer, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from audio_models.training.config import TrainingConfig
from shared.cli import option
from shared.music.chord_classes import N_ROOTS

MODEL_NAME = "chord_recognizer"
CACHE_FOLDER = Path("data/downloads/chord_recognizer")
EVALUATION_FOLDER = Path("data/downloads/chord_evaluation")
EVALUATION_SETS = ("clean", "hard", "progressions", "isolated", "guitar")


@dataclass
class PrepareConfig:
    """Render labelled pieces and keep their features, for training and validation."""

    output_dir: Path = option(CACHE_FOLDER, help="folder of the features, labels and index.jsonl")
    pieces: int = option(3000, help="pieces of 60 to 100 s in the folder when done; those there are kept", minimum=1)
    workers: int = option(1, help="processes that render", minimum=1)
    seed: int = option(0, help="same seed, same pieces", minimum=0)


@dataclass
class EvaluationSetConfig:
    """Render pieces to evaluate recognizers with: audio/*.flac and labels/*.lab."""

    set: str = option(
        help="clean, hard: held-out songs of POP909; progressions, isolated: made up, with true labels; guitar: real",
        choices=EVALUATION_SETS,
    )
    output_dir: Path = option(EVALUATION_FOLDER, help="gets a folder of the set's name")
    pieces: int = option(
        0, help="how many; 0 = 48 songs, 60 progressions, 300 single chords or what a guitar can play", minimum=0
    )
    seed: int = option(0, help="same seed, same pieces", minimum=0)


@dataclass
class ModelConfig:
    """The network: a front end in the graph, a convolutional stem, conformer blocks, heads."""

    d_model: int = option(
        192, help="width of the conformer blocks, rounded up: twelve pitch classes and num_heads share it", minimum=8
    )
    num_blocks: int = option(4, help="conformer blocks", minimum=1)
    num_heads: int = option(4, help="attention heads", minimum=1)
    feedforward: int = option(2, help="width of the feed-forward modules, in multiples of d_model", minimum=1)
    kernel_frames: int = option(15, help="length of the depthwise convolutions; odd", unit="frames", minimum=1)
    stem_channels: int = option(24, help="channels of the convolutions over time and frequency", minimum=1)
    dropout: float = option(0.0, help="share of activations dropped in training, 0 to 1", minimum=0, below=1)
    mode: str = option(
        "frame", help="frame: chords over time; clip: one chord for the whole clip", choices=("frame", "clip")
    )
    streaming: bool = option(False, help="hear at most 0.84 s ahead, and carry what was heard")
    memory_frames: int = option(128, help="how far back a streaming network remembers", unit="frames", minimum=1)

    @property
    def channels(self) -> int:
        """Numbers per pitch class, in pairs for each head."""
        pairs = 2 * self.num_heads
        return pairs * math.ceil(self.d_model / (N_ROOTS * pairs))

    @property
    def width(self) -> int:
        """Width of the conformer blocks: `d_model`, rounded up."""
        return self.channels * N_ROOTS


@dataclass
class DataConfig:
    """The prepared pieces, and what training does with them."""

    cache: Path = option(CACHE_FOLDER, help="folder that `prepare` wrote")
    crop_frames: int = option(256, help="length of a training example", unit="frames of 93 ms", minimum=1)
    transpose: bool = option(True, help="shift each example by up to half an octave either way (training only)")
    tilt_db: float = option(6.0, help="largest random tilt of the spectrum in training", unit="dB", minimum=0)
    detune: float = option(0.12, help="largest random rest of mistuning in training", unit="semitones", minimum=0)
    masks: int = option(2, help="stripes of time and of frequency that are hidden in each example", minimum=0)


@dataclass
class LossConfig:
    """How much each head counts."""

    chord_type_weight: float = option(1.0, help="weight of the chord type's cross-entropy", minimum=0)
    root_weight: float = option(1.0, help="weight of the root's", minimum=0)
    bass_weight: float = option(0.5, help="weight of the bass note's", minimum=0)
    joint_weight: float = option(1.0, help="weight of the joint one over 361 chords", minimum=0)


@dataclass
class TrainConfig:
    """`train`: from prepared pieces to a trained, exported and verified model."""

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    trainer: TrainingConfig = field(default_factory=TrainingConfig)
    run_name: str = option("", help="name of the run's folders; empty = date and time")
    log_root: str = option("logs", help="where run logs go")
    checkpoint_root: str = option("checkpoints", help="where weights go")
    resume: bool = option(False, help="go on with the interrupted run of this --run-name, to identical weights")
    finetune_from: str = option("", help="run folder whose weights to start from, with a fresh schedule")
    export: bool = option(True, help="export to ONNX and verify when training ends")


@dataclass
class TuneConfig:
    """`tune`: how surely the decoder lets a chord go on."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    cache: Path = option(CACHE_FOLDER, help="folder that `prepare` wrote")
    pieces: int = option(0, help="validation pieces to try on; 0 = all", minimum=0)
    candidates: str = option(
        "0.1,0.3,0.5,0.7,0.8,0.9,0.95,0.98,0.99", help="probabilities that a chord goes on for another frame, to try"
    )


@dataclass
class ExportConfig:
    """`export`: the ONNX file, its signature and its model card."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    output_dir: str = option("", help="where the files go; empty = the run folder")


@dataclass
class PredictConfig:
    """`predict`: the chords of audio files."""

    files: list[str] = option([], help="audio files, and folders of them", plain_words=True)
    model: str = option("", help="exported model (.onnx); empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    format: str = option(
        "lab", help="lab (Harte), json, jams, names (lead-sheet names over time) or sheet (a chord sheet by bars)",
        choices=("lab", "json", "jams", "names", "sheet"),
    )  # fmt: skip
    output_dir: str = option("", help="where the chords go; empty = beside each audio file")
    beats: bool = option(False, help="let chords change on beats only")
    self_transition: float = option(
        0.0, help="how surely a chord goes on for another frame; 0 = as the model says", minimum=0, below=1
    )
    plot: bool = option(False, help="also write a picture: spectrogram, chroma and chords on one time axis")


@dataclass
class EvaluateConfig:
    """`evaluate`: recognized chords against labels, beside template matching on the same audio."""

    audio_dir: str = option(str(EVALUATION_FOLDER / "hard"), help="folder of audio files, or of audio/ and labels/")
    labels_dir: str = option("", help="folder of .lab files of the same stems; empty = labels/ beside audio_dir")
    model: str = option("", help="exported model (.onnx); empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    control: bool = option(True, help="also score template matching")
    json: str = option("", help="write every metric to this file")


@dataclass
class ShipConfig:
    """`ship`: a run's export, figures and card, as weights that ship with the project."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    output_dir: str = option("checkpoints/chord_recognizer", help="where the files go")
    sets_dir: Path = option(EVALUATION_FOLDER, help="folder of the sets that `evaluation_sets` rendered")
    sets: str = option(",".join(EVALUATION_SETS), help="sets whose figures the card shows, separated by commas")
    max_mb: float = option(10.0, help="largest model file", unit="MB", above=0)
