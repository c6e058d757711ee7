"""Every setting of the tag VAE, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shared.cli import option
from shared.datasets.tagged import ASPECT_COLUMN
from shared.music.tag_taxonomy import TAXONOMY_FILE

MODEL_NAME = "tag_vae"
OUTPUT_ROOT = "outputs"
MODELS_ROOT = "models"


@dataclass
class ModelConfig:
    """The network: a linear layer, ReLU, two heads; the decoder mirrors it."""

    latent_dim: int = option(64, help="width of the latent space", minimum=1)
    hidden_dim: int = option(512, help="width of the hidden layers", minimum=1)
    dropout_p: float = option(
        0.5, help="share of a clip's tags hidden from the encoder in training, 0 to 1 (denoising)", minimum=0, below=1
    )
    use_batch_norm: bool = option(False, help="normalise the hidden layers over the batch")
    beta: float = option(
        0.35, help="pressure towards the prior; times latent_dim / concepts, so that it means the same at every size",
        minimum=0,
    )  # fmt: skip


@dataclass
class LossConfig:
    """What is minimised: bce_weight x reconstruction + kld_weight x beta x KL, see `loss`."""

    likelihood: str = option(
        "multinomial", help="multinomial: which tags; bce: each tag or not; mse: the same by squares",
        choices=("multinomial", "bce", "mse"),
    )  # fmt: skip
    bce_weight: float = option(1.0, help="weight of the reconstruction, whichever likelihood it is", above=0)
    completion: float = option(
        0.5, help="share of the reconstruction that asks for hidden tags among what was not heard, 0 to 1",
        minimum=0, maximum=1,
    )  # fmt: skip
    kld_weight: float = option(1.0, help="weight of the KL divergence, once it is annealed", minimum=0)
    anneal_share: float = option(
        0.3, help="share of the training over which the KL's weight rises from 0 to its cap", minimum=0, maximum=1
    )
    free_bits: float = option(
        0.1, help="KL of each latent dimension that costs nothing, mean over a batch", unit="nats", minimum=0
    )


@dataclass
class DataConfig:
    """Where the clips come from, and how they are dealt."""

    clips: str = option(
        "",
        help="CSV or Parquet file of clips with a column of tags; musiccaps = that of the folder that CONSORT_DATA "
        "names; empty = the dataset of dataset_name",
    )
    dataset_name: str = option("google/MusicCaps", help="dataset of the Hugging Face hub, used where no file is named")
    dataset_split: str = option("train", help="split of that dataset")
    aspect_column: str = option(ASPECT_COLUMN, help="column of the tags")
    taxonomy: str = option(str(TAXONOMY_FILE), help="JSON file of concept: [tags]")
    batch_size: int = option(64, help="clips per batch", minimum=2)
    seed: int = option(0, help="of the split: 90 % training, 5 % validation, 5 % test", minimum=0)


@dataclass
class OptimizerConfig:
    """AdamW."""

    lr: float = option(1e-3, help="step size", above=0)
    beta1: float = option(0.9, help="how long the mean of the gradients remembers", minimum=0, below=1)
    beta2: float = option(0.999, help="how long the mean of their squares remembers", minimum=0, below=1)
    weight_decay: float = option(0.1, help="pull of the weights towards zero, per step size", minimum=0)


@dataclass
class TrainerConfig:
    """Lightning's trainer."""

    max_epochs: int = option(250, help="passes over the clips", unit="epochs", aliases=("epochs",), minimum=1)
    accelerator: str = option("auto", help="where to compute: auto, cpu, gpu, mps")
    devices: str = option("auto", help="how many devices, or auto")
    strategy: str = option("auto", help="auto, or ddp for several processes")
    precision: str = option("32-true", help="number format, as Lightning names it: 32-true, bf16-mixed, 16-mixed")
    gradient_clip_val: float = option(1.0, help="largest norm of all gradients together; 0 = no limit", minimum=0)
    enable_progress_bar: bool = option(True, help="show a live progress bar", aliases=("progress_bar",))
    average: float = option(
        0.999, help="memory of the mean of the weights, which is validated and kept, per step; 0 = the last step alone",
        minimum=0, below=1,
    )  # fmt: skip
    patience: int = option(40, help="epochs without better completion of validation clips before the end", minimum=1)
    limit_train_batches: float = option(1.0, help="share of the batches of an epoch, above 1 their number", above=0)
    wandb: bool = option(False, help="also log to Weights & Biases, where it is installed")
    callbacks: list[str] = option([], help="further Lightning callbacks, as module:Class, built without arguments")
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)


@dataclass
class TrainConfig:
    """`train`: from clips to a trained, exported and verified model."""

    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    data: DataConfig = field(default_factory=DataConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    run_name: str = option("", help="name of the run's folder and of models/NAME.pth; empty = date and time")
    output_root: str = option(OUTPUT_ROOT, help="gets tag_vae/RUN with checkpoints, metrics and settings")
    models_root: str = option(MODELS_ROOT, help="gets NAME.pth and metrics/NAME_metrics.json")
    seed: int = option(0, help="same seed, same weights", minimum=0)
    export: bool = option(True, help="export to ONNX and verify when training ends")
    resume_from: str = option("", help="checkpoint (.ckpt) of an interrupted run to go on with")
    finetune_from: str = option("", help="run folder whose weights to start from, such as one of a larger corpus")


@dataclass
class PrepareConfig:
    """`prepare`: derive a taxonomy from the tags of clips."""

    data: DataConfig = field(default_factory=DataConfig)
    min_clips: int = option(20, help="a concept is what so many clips speak of", minimum=1)
    min_uses: int = option(3, help="rarer spellings are not listed (they are found by their words)", minimum=1)
    output: Path = option(TAXONOMY_FILE, help="file to write")


@dataclass
class EvaluateConfig:
    """`evaluate`: completion of tags that were hidden, beside popularity, EASE and PCA on the same clips."""

    checkpoint: str = option("", help="run folder; empty = the weights that ship, or the newest run")
    output_root: str = option(OUTPUT_ROOT, help="where the newest run is looked for")
    tags: str = option("", help="CSV or Parquet file of other clips, which the model has never seen")
    aspect_column: str = option(ASPECT_COLUMN, help="column of the tags in that file")
    least_tags: int = option(2, help="ask clips that have so many concepts or more", minimum=2)
    draws: int = option(5, help="how often tags are hidden anew; figures are means", minimum=1)
    controls: bool = option(True, help="also score popularity, EASE and PCA, fitted on the model's training clips")
    json: str = option("", help="write every metric to this file")
    seed: int = option(0, help="of what is hidden", minimum=0)


@dataclass
class GenerateConfig:
    """`generate`: complete, similar, sample, interpolate, map."""

    task: list[str] = option([], help="complete, similar, sample, interpolate or map", plain_words=True)
    tags: str = option("", help="tags, separated by commas")
    to: str = option("", help="interpolate: tags at the other end, separated by commas")
    count: int = option(10, help="how many tags, clips or sets", aliases=("n",), minimum=1)
    steps: int = option(5, help="interpolate: points on the way, the ends included", minimum=2)
    checkpoint: str = option("", help="run folder; empty = the weights that ship, or the newest run")
    output_root: str = option(OUTPUT_ROOT, help="where the newest run is looked for")
    clips: str = option("", help="similar, map: CSV or Parquet file of clips")
    aspect_column: str = option(ASPECT_COLUMN, help="column of the tags in that file")
    output: str = option("", help="map: the HTML file; empty = tag_map.html")
    seed: int = option(0, help="same seed, same answer", minimum=0)


@dataclass
class ExportConfig:
    """`export`: encoder and decoder as ONNX files with signatures and model cards."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    output_root: str = option(OUTPUT_ROOT, help="where the newest run is looked for")
    output_dir: str = option("", help="where the files go; empty = the run folder")


@dataclass
class ShipConfig:
    """`ship`: a run's export, figures and card, as weights that ship with the project."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    output_root: str = option(OUTPUT_ROOT, help="where the newest run is looked for")
    output_dir: str = option("checkpoints/tag_vae", help="where the files go")
