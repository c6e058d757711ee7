"""Every setting of the chord generator, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.cli import option

MODEL_NAME = "chord_generator"


@dataclass
class ModelConfig:
    """The network. The defaults are the song network; `model=classic` is the window of 1,165,167 weights."""

    architecture: str = option(
        "song", help="song: hears the whole song so far; classic: a window of chords", choices=("song", "classic")
    )
    num_layers: int = option(2, help="recurrent layers", minimum=1)
    lstm_units: int = option(256, help="width of each recurrent layer", aliases=("units",), minimum=1)
    embedding_dim: int = option(128, help="width of a chord's embedding", minimum=1)
    conditioning_units: int = option(64, help="width of the layer that joins the four conditions", minimum=1)
    dropout: float = option(0.3, help="share of activations dropped in training, 0 to 1", minimum=0, below=1)
    copy_heads: int = option(4, help="song: heads that look for what comes again", minimum=1)
    copy_dim: int = option(16, help="song: width of a head's queries and keys", minimum=1)
    context_dim: int = option(64, help="song: width of what the heads report of the places found", minimum=1)
    match_dim: int = option(16, help="song: width of what the heads have to go on, embedded", minimum=1)
    place_dim: int = option(16, help="song: width of the embedded place in the phrase", minimum=1)
    memory: int = option(256, help="song: how far back the step model remembers", unit="chords", minimum=16)
    sequence_length: int = option(12, help="classic: chords the network sees at once", unit="chords", minimum=1)
    cell: str = option("lstm", help="classic: recurrent cell", choices=("lstm", "gru"))
    attention: bool = option(False, help="classic: causal self-attention over the window")
    genre_dim: int = option(16, help="classic: width of the genre's embedding", minimum=1)
    mood_dim: int = option(16, help="classic: width of the mood's embedding", minimum=1)
    key_dim: int = option(12, help="classic: width of the key's embedding", minimum=1)
    scale_dim: int = option(4, help="classic: width of the scale type's embedding", minimum=1)

    @property
    def is_classic(self) -> bool:
        """Whether this is the network over a window."""
        return self.architecture == "classic"


@dataclass
class DataConfig:
    """Which songs, and what training does with them."""

    songs: str = option(
        "embedded",
        help="'embedded' (ships with the project), 'real' (the corpora in the folder that CONSORT_DATA names), "
        "'real+embedded', or a path: chords-unified JSON lines, a text file with one progression per line, a folder of "
        ".lab files",
    )
    permissive_only: bool = option(False, help="keep only songs whose licence lets trained weights be distributed")
    genre: str = option("", help="keep only songs of this genre, for fine-tuning; empty = all")
    transpose: bool = option(True, help="shift each training window to a random key (training only)")
    substitution: float = option(
        0.0, help="share of training chords replaced by a functional substitute, 0 to 1", minimum=0, maximum=1
    )
    condition_dropout: float = option(
        0.1, help="share of training windows in which a condition is hidden, 0 to 1", minimum=0, maximum=1
    )
    place_dropout: float = option(
        0.25, help="song: share of training stretches whose bars and sections are hidden, 0 to 1", minimum=0, maximum=1
    )
    balance: float = option(
        0.0, help="how much more often songs of rare genres are drawn: 0 = all songs alike, 1 = all genres alike",
        minimum=0, maximum=1,
    )  # fmt: skip
    curriculum_epochs: int = option(
        0, help="epochs over which the training set grows from its simplest songs to all", unit="epochs", minimum=0
    )
    split_seed: int = option(0, help="decides which songs are held out")


@dataclass
class TrainerConfig:
    """The optimisation. The defaults suit the song network; `trainer=classic` is the classic network's."""

    epochs: int = option(25, help="passes over the training songs", unit="epochs", minimum=1)
    batch_size: int = option(64, help="windows (classic) or stretches of 48 chords (song) per step", minimum=1)
    learning_rate: float = option(3e-3, help="Adam's step size", aliases=("lr",), above=0)
    schedule: str = option(
        "cosine", help="cosine: warm up, then fall to 1 %; plateau: fall when the validation loss stands still",
        choices=("cosine", "plateau"),
    )  # fmt: skip
    warmup_steps: int = option(200, help="cosine: steps until the full rate", unit="steps", minimum=0)
    weight_decay: float = option(0.01, help="AdamW's pull of the weights towards zero, per step size", minimum=0)
    beta_2: float = option(0.98, help="Adam's memory of squared gradients", above=0, below=1)
    clip_norm: float = option(1.0, help="largest norm of one weight's gradient", above=0)
    average: float = option(
        0.0, help="memory of the mean of the weights, which is validated and kept, per step; 0 = the last step alone",
        minimum=0, below=1,
    )  # fmt: skip
    label_smoothing: float = option(
        0.0, help="share of the target's mass spread over all chords, 0 to 1", minimum=0, below=1
    )
    teachers: str = option(
        "", help="run folders, separated by commas, whose mean of probabilities is learned beside the songs"
    )
    teaching: float = option(0.7, help="share of the loss that the teachers have, 0 to 1", minimum=0, maximum=1)
    patience: int = option(10, help="epochs without a better validation loss before training stops", minimum=1)
    lr_patience: int = option(5, help="plateau: epochs without a better loss before the rate falls", minimum=1)
    lr_factor: float = option(0.5, help="plateau: what the learning rate is multiplied by then", above=0, below=1)
    time_limit_s: float = option(0.0, help="stop after the epoch that passes this; 0 = no limit", unit="s", minimum=0)
    seed: int = option(0, help="same seed, same weights")


@dataclass
class TrainConfig:
    """`train`: from songs to a trained, exported and verified model."""

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    run_name: str = option("", help="name of the run's folders; empty = date and time")
    log_root: str = option("logs", help="where run logs go")
    checkpoint_root: str = option("checkpoints", help="where weights go")
    resume: bool = option(False, help="go on with the interrupted run of this --run-name, to identical weights")
    finetune_from: str = option("", help="run folder whose weights to start from, with a fresh schedule")
    export: bool = option(True, help="export to ONNX and verify when training ends")


@dataclass
class ModelSummaryConfig:
    """`model`: the layers and the number of weights."""

    model: ModelConfig = field(default_factory=ModelConfig)


@dataclass
class EvaluateConfig:
    """`evaluate`: a trained model beside its n-gram controls, on songs it has not seen."""

    checkpoint: str = option("", help="run folder; empty = the newest run, or the weights that ship")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    songs: str = option("", help="score every song of this file or folder instead of the run's own held-out songs")
    split: str = option("test", help="which of the run's own songs", choices=("test", "validation"))
    controls: bool = option(True, help="score the n-gram controls too")
    batch_size: int = option(2048, help="chords that are scored at once", minimum=1)
    generated: int = option(200, help="progressions to generate for the Frechet distance and key adherence", minimum=0)
    seed: int = option(0, help="seed of the generated progressions")
    json: str = option("", help="write every metric to this file")


@dataclass
class GenerateConfig:
    """`generate`: new progressions or chords for a melody, as names, Roman numerals, JSON, MIDI and WAV."""

    checkpoint: str = option("", help="run folder; empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    melody: str = option("", help="MIDI file whose melody to harmonise, instead of composing freely")
    melody_track: str = option("", help="name or number of the track with the melody; empty = the likeliest")
    genre: str = option("", help="pop rock jazz classical folk latin soul blues; empty = open")
    mood: str = option("", help="one of 27, such as joy, sadness, calmness; empty = open")
    key: str = option("auto", help="C:major, Am, 'Eb minor' ...; auto = the melody's own, else C:major; any = open")
    seed_chords: str = option("", help="chords to begin with: 'C Am F' or 'C:maj A:min'")
    length: int = option(0, help="chords in each progression, seeds included; 0 = until the model ends it", minimum=0)
    max_length: int = option(32, help="longest progression when the model decides", unit="chords", minimum=1)
    temperature: float = option(
        1.0, help="0 = the likeliest chords (of a melody: the best it finds), 1 = as learned, more = bolder", minimum=0
    )
    top_k: int = option(0, help="choose among the k likeliest chords; 0 = all", minimum=0)
    top_p: float = option(1.0, help="choose among the likeliest chords whose mass reaches p", above=0, maximum=1)
    chromatic: bool = option(False, help="chords from outside the scale too, as songs in the key use them")
    stay_in_key: bool = option(False, help="allow only chords of the key, whatever the model likes")
    cadence: bool = option(False, help="end on a cadence in the key")
    guidance: float = option(
        0.0, help="how much more genre and mood count than in the songs; 1 or 2 is much", minimum=0
    )
    num_samples: int = option(1, help="how many progressions", minimum=1)
    seed: int = option(0, help="same seed, same progressions")
    tempo: float = option(
        0.0, help="0 = the melody's own, else what suits genre and mood", unit="quarters per minute", minimum=0
    )
    beats_per_chord: float = option(
        0.0, help="how long each chord sounds, or how often that of a melody may change; 0 = a bar",
        unit="quarters", minimum=0,
    )  # fmt: skip
    json: str = option("", help="write the progressions to this file")
    midi: str = option("", help="write the music to this file (more samples: NAME-2.mid ...)")
    wav: str = option("", help="render the music to this file (more samples: NAME-2.wav ...)")


@dataclass
class ExportConfig:
    """`export`: ONNX (full window and step), and on request LiteRT (TFLite) and SavedModel."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    output_dir: str = option("", help="where the files go; empty = the run folder")
    int8: bool = option(True, help="also write the step model with int8 weights")
    tflite: bool = option(False, help="also write chord_generator.tflite (LiteRT)")
    saved_model: bool = option(False, help="also write the folder saved_model")


@dataclass
class ShipConfig:
    """`ship`: the exports of a run, its controls and its card, as weights that ship with the project."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    output_dir: str = option("checkpoints/chord_generator", help="where the files go")
    max_mb: float = option(5.0, help="largest model file", unit="MB", above=0)
