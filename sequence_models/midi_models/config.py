"""Every setting of the MIDI nets, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.cli import option

MODEL_NAME = "midi_models"
TASKS = ("melody", "harmony", "dynamics", "groove")
ALL = "all"
DENSE, SEQUENCE = "dense", "sequence"

_TASK_HELP = "which net: melody, harmony, dynamics or groove; all = one after the other"


@dataclass
class ModelConfig:
    """The network. The defaults are the specified dense nets; `model=sequence` is a melody note by note."""

    architecture: str = option(
        DENSE, help="dense: the specified layers; sequence: a recurrent melody net", choices=(DENSE, SEQUENCE)
    )
    first_units: int = option(128, help="dense: width of the first layer", minimum=1)
    second_units: int = option(256, help="dense: width of the second layer", minimum=1)
    first_dropout: float = option(0.3, help="dense: share dropped after the first layer, 0 to 1", minimum=0, below=1)
    second_dropout: float = option(0.2, help="dense: share dropped after the second layer, 0 to 1", minimum=0, below=1)
    recurrent_units: int = option(160, help="sequence: width of the recurrent layer", minimum=1)
    recurrent_dropout: float = option(
        0.3, help="sequence: share of the recurrent layer's activations dropped, 0 to 1", minimum=0, below=1
    )
    pitch_dim: int = option(32, help="sequence: width of a pitch's embedding", minimum=1)
    other_dim: int = option(24, help="sequence: width of the embeddings of duration, place and chord", minimum=1)

    @property
    def is_sequence(self) -> bool:
        """Whether this is the melody note by note."""
        return self.architecture == SEQUENCE


@dataclass
class DataConfig:
    """What the nets learn from."""

    source: str = option(
        "synthetic",
        help="'synthetic' (made up by documented rules, offline), 'real' (the corpora in the folder that CONSORT_DATA "
        "names), or a folder that `prepare` wrote",
    )
    num_samples: int = option(10_000, help="synthetic: how many samples", minimum=10)
    permissive_only: bool = option(False, help="keep only corpora whose licence lets trained weights be distributed")
    labels: str = option("", help="melody: a JSON or CSV file of MIDI files with their emotions, added to the source")
    transpose: bool = option(True, help="harmony: shift every training sample to a random key")
    learned_noise: float = option(
        0.5, help="share of training samples with noise in the dimensions that only the recognizer knows, 0 to 1",
        minimum=0, maximum=1,
    )  # fmt: skip
    duration_dropout: float = option(
        0.15, help="sequence: share of training events whose own duration is hidden, 0 to 1", minimum=0, maximum=1
    )
    split_seed: int = option(0, help="decides which songs are held out, and what is synthesised")


@dataclass
class TrainerConfig:
    """The optimisation."""

    epochs: int = option(100, help="passes over the training samples", unit="epochs", minimum=1)
    batch_size: int = option(32, help="samples (sequence: stretches of 96 events) per step", minimum=2)
    learning_rate: float = option(1e-3, help="Adam's highest step size", aliases=("lr",), above=0)
    warmup_steps: int = option(100, help="steps until the full rate, which then falls to 1 %", unit="steps", minimum=0)
    weight_decay: float = option(1e-4, help="AdamW's pull of the weights towards zero, per step size", minimum=0)
    clip_norm: float = option(1.0, help="largest norm of one weight's gradient", above=0)
    patience: int = option(15, help="epochs without a better validation loss before training stops", minimum=1)
    time_limit_s: float = option(0.0, help="stop after the epoch that passes this; 0 = no limit", unit="s", minimum=0)
    device: str = option(
        "auto", help="auto: a GPU where there is one; gpu: only with one", choices=("auto", "cpu", "gpu")
    )
    freeze_layers: int = option(
        0, help="fine-tuning: how many of the first layers keep their weights (a layer with its batch norm counts one)",
        minimum=0,
    )  # fmt: skip
    seed: int = option(0, help="same seed, same weights")


@dataclass
class TrainConfig:
    """`train`: from samples to trained, exported and verified nets."""

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    task: str = option(ALL, help=_TASK_HELP, choices=(*TASKS, ALL))
    run_name: str = option("", help="name of the run's folders; empty = date and time")
    log_root: str = option("logs", help="where run logs go")
    checkpoint_root: str = option("checkpoints", help="where weights go")
    resume: bool = option(False, help="go on with the interrupted run of this --run-name, to identical weights")
    finetune_from: str = option("", help="run folder whose weights to start from, with a fresh schedule")
    export: bool = option(True, help="export to ONNX, verify and evaluate when training ends")


@dataclass
class PrepareConfig:
    """`prepare`: training, validation and test samples as JSON, 80/10/10 by song, and thesaurus.json."""

    data: DataConfig = field(default_factory=DataConfig)
    task: str = option(ALL, help=_TASK_HELP, choices=(*TASKS, ALL))
    output_dir: str = option("output/midi_samples", help="where the files go")


@dataclass
class EvaluateConfig:
    """`evaluate`: trained nets beside their controls, on songs that they have not seen."""

    checkpoint: str = option("", help="run folder; empty = the newest run, or the weights that ship")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    task: str = option(ALL, help=_TASK_HELP + " of those that the folder holds", choices=(*TASKS, ALL))
    source: str = option("", help="score the test samples of this folder of `prepare`, instead of the run's own")
    split: str = option("test", help="which of the run's own samples", choices=("test", "validation"))
    int8: bool = option(False, help="score the int8 files")
    json: str = option("", help="write every metric to this file")


@dataclass
class PredictConfig:
    """`predict`: what the nets make of an emotion."""

    checkpoint: str = option("", help="run folder; empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    task: str = option(ALL, help=_TASK_HELP + " of those that the folder holds", choices=(*TASKS, ALL))
    valence: float = option(0.0, help="unpleasant -1 .. 1 pleasant", minimum=-1, maximum=1)
    arousal: float = option(0.0, help="calm -1 .. 1 excited", minimum=-1, maximum=1)
    dominance: float = option(0.0, help="at the mercy of it -1 .. 1 in control", minimum=-1, maximum=1)
    key: str = option("C:major", help="C:major, Am, 'Eb minor' ...")
    chord: str = option("C:maj", help="the chord before, which harmony goes on from")
    genre: str = option("pop", help="pop rock jazz classical folk latin soul blues; what drums play")
    tempo: float = option(110.0, help="tempo", unit="quarters per minute", above=0)
    count: int = option(8, help="how many notes and chords to name, likeliest first", minimum=1)
    notes: int = option(0, help="compose so many melody events with the sequence net, where there is one", minimum=0)
    seed: int = option(0, help="same seed, same notes")
    json: str = option("", help="write everything to this file")


@dataclass
class ExportConfig:
    """`export`: ONNX in float32 and int8, verified."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    task: str = option(ALL, help=_TASK_HELP + " of those that the folder holds", choices=(*TASKS, ALL))
    output_dir: str = option("", help="where the files go; empty = the run folder")
    int8: bool = option(True, help="also write the nets with int8 weights")


@dataclass
class ShipConfig:
    """`ship`: the exports of runs and their cards, as weights that ship with the project."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    output_dir: str = option("checkpoints/emotion", help="where the files go")
    max_mb: float = option(1.5, help="largest model file", unit="MB", above=0)


@dataclass
class ModelSummaryConfig:
    """`model`: the layers and the number of weights."""

    model: ModelConfig = field(default_factory=ModelConfig)
    task: str = option("melody", help="which net", choices=TASKS)
