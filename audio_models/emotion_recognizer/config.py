"""Every setting of the emotion recognizer, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from audio_models.training.config import TrainingConfig
from shared.cli import option

MODEL_NAME = "emotion_recognizer"
SHIPPED_NAME = "emotion"  # the five nets of the emotion pipeline ship in one folder
DATA_FOLDER = Path("data/downloads/emotion_recognizer")
CORPORA = ("vgmidi", "emopia")


@dataclass
class PrepareConfig:
    """`prepare`: labelled audio and MIDI, or made-up samples, to train.json, validation.json and test.json."""

    labels: str = option("", help="JSON or CSV file of a user's own labelled recordings and MIDI files")
    corpora: str = option(
        "", help=f"corpora of the folder that CONSORT_DATA names, separated by commas: {', '.join(CORPORA)}"
    )
    num_samples: int = option(
        10_000, help="synthetic samples, where neither labels nor corpora are named", unit="samples", minimum=30
    )
    renders: int = option(
        2, help="how often a MIDI file is played: as written, then on other instruments and SoundFonts", minimum=1
    )
    window_s: float = option(30.0, help="length of the excerpts beside the whole; 0 = none", unit="seconds", minimum=0)
    related: int = option(1, help="copies of each training example, moved to related emotions", minimum=0)
    output_dir: Path = option(DATA_FOLDER, help="gets the three files, thesaurus.json and the cache of features")
    seed: int = option(0, help="of the split, the instruments and the synthetic samples", minimum=0)


@dataclass
class ModelConfig:
    """The network as specified: 128 features, 256, 128, 64; what may be changed is how it is regularised."""

    first_dropout: float = option(
        0.3, help="share of the first layer's activations dropped in training, 0 to 1", minimum=0, below=1
    )
    second_dropout: float = option(0.2, help="the same for the second layer", minimum=0, below=1)
    limit: float = option(
        2.5, help="features further from the mean are taken as this far; 0 = no limit", unit="deviations", minimum=0
    )


@dataclass
class DataConfig:
    """The prepared examples, and what training does with them."""

    folder: Path = option(DATA_FOLDER, help="folder that `prepare` wrote")
    noise: float = option(0.3, help="noise on the features in training", unit="deviations", minimum=0)
    mix: bool = option(True, help="mix each example with another, by a share drawn evenly (Zhang et al. 2018)")


@dataclass
class LossConfig:
    """How much each part counts."""

    point: float = option(1.0, help="squared error of valence, arousal, dominance and intensity", minimum=0)
    signs: float = option(
        0.3, help="cross-entropy of the signs of valence and arousal, where only the quadrant is known", minimum=0
    )
    reconstruction: float = option(
        0.3, help="squared error of the features that a linear layer reads from the embedding", minimum=0
    )


def _training() -> TrainingConfig:
    return TrainingConfig(
        learning_rate=3e-3, weight_decay=0.5, batch_size=64, num_epochs=25, scheduler="onecycle", patience=1000,
        label_smoothing=0.0, save_every=0, log_every=10,
    )  # fmt: skip


@dataclass
class TrainConfig:
    """`train`: from prepared examples to a trained, exported and verified model."""

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    trainer: TrainingConfig = field(default_factory=_training)
    run_name: str = option("", help="name of the run's folders; empty = date and time")
    log_root: str = option("logs", help="where run logs go")
    checkpoint_root: str = option("checkpoints", help="where weights go")
    resume: bool = option(False, help="go on with the interrupted run of this --run-name, to identical weights")
    finetune_from: str = option("", help="run folder, or folder of the weights that ship, to start from")
    freeze: int = option(0, help="first layers that keep the weights of finetune_from", minimum=0, maximum=2)
    export: bool = option(True, help="export to ONNX and verify when training ends")
    waveform: bool = option(True, help="export also the file that takes the waveform, which takes a minute")


@dataclass
class EvaluateConfig:
    """`evaluate`: told emotions against heard ones, beside ridge regression and the mean."""

    checkpoint: str = option("", help="run folder; empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    data: Path = option(DATA_FOLDER, help="folder that `prepare` wrote; its test examples are asked")
    labels: str = option("", help="JSON or CSV file (path, valence, arousal ...) of other recordings or MIDI files")
    json: str = option("", help="write every metric to this file")


@dataclass
class PredictConfig:
    """`predict`: the emotion of recordings and MIDI files."""

    files: list[str] = option([], help="audio or MIDI files, and folders of them", plain_words=True)
    model: str = option("", help="exported model (.onnx); empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    format: str = option("text", help="text: a line per file; json: the embedding as well", choices=("text", "json"))
    output: str = option("", help="file for the JSON; empty = the screen")


@dataclass
class ExportConfig:
    """`export`: ONNX files from the features and from the waveform, int8 twins, signatures, cards."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    output_dir: str = option("", help="where the files go; empty = the run folder")
    waveform: bool = option(True, help="also write the file that takes the waveform, which takes a minute")


@dataclass
class ShipConfig:
    """`ship`: a run's export, figures and card, as weights that ship with the project."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    data: Path = option(DATA_FOLDER, help="folder that the run learnt from")
    output_dir: str = option(f"checkpoints/{SHIPPED_NAME}", help="where the files go")
    max_mb: float = option(1.5, help="largest model file", unit="MB", above=0)
