"""The settings of the network and of its training; `config` gathers them with the others into those of the rooms."""

from __future__ import annotations

from dataclasses import dataclass

from shared.cli import option


@dataclass
class ModelConfig:
    """The network between log-mel and latent space."""

    architecture: str = option(
        "mlp", help="mlp: layers of the widths hidden_dims; convolutional: over time, bands being channels",
        choices=("mlp", "convolutional"),
    )  # fmt: skip
    latent_dim: int = option(128, help="width of the latent space; 64 to 256 are usual", minimum=1)
    hidden_dims: list[int] = option(
        [1024, 512, 256], help="mlp: widths from the segment to the latent space; the decoder mirrors them"
    )
    linear_path: bool = option(
        True, help="lay a linear encoder and decoder beside the network, which begin as linear_basis says"
    )
    linear_basis: str = option(
        "separable", help="separable: cosines over time times components of the bands, for an hour or so of music; "
        "principal: components of whole segments, for much more", choices=("separable", "principal"),
    )  # fmt: skip
    linear_trains: bool = option(
        False, help="let training move the linear path too; with an hour of music that unlearns what holds for others"
    )
    channels: list[int] = option([256, 384, 512], help="convolutional: channels of the stages, each of half the frames")
    blocks: int = option(1, help="convolutional: residual blocks per stage", minimum=0)
    dropout: float = option(0.0, help="share of hidden units silenced in training, 0 to 1", minimum=0, below=1)


@dataclass
class LossConfig:
    """What is minimised: reconstruction + beta x KL, both per mel bin, see `loss`."""

    reconstruction: str = option("l1", help="distance of log-mels, the mean over bins", choices=("l1", "mse"))
    beta_start: float = option(0.0001, help="weight of the KL divergence at the first step", minimum=0)
    beta_end: float = option(0.01, help="its weight after beta_steps, and in validation", minimum=0)
    beta_steps: int = option(10_000, help="steps from beta_start to beta_end", unit="steps", minimum=0)
    beta_schedule: str = option(
        "linear", help="linear: rise once; cyclical: again and again within beta_steps", choices=("linear", "cyclical")
    )
    beta_cycles: int = option(4, help="cyclical: how often beta rises; each first half rises, the second stays",
                              minimum=1)  # fmt: skip
    free_bits: float = option(
        0.1, help="KL of each latent dimension that costs nothing, mean over a batch", unit="nats", minimum=0
    )


@dataclass
class TrainerConfig:
    """The optimisation and its pace."""

    learning_rate: float = option(6e-4, help="AdamW's step size at its highest", aliases=("lr",), above=0)
    weight_decay: float = option(0.01, help="AdamW's pull of the weights towards zero, per step size", minimum=0)
    adam_beta2: float = option(0.99, help="how long AdamW's mean of squared gradients remembers", minimum=0, below=1)
    average: float = option(
        0.999, help="memory of the mean of the weights, which is validated and kept, per step; 0 = the last step alone",
        minimum=0, below=1,
    )  # fmt: skip
    epochs: int = option(50, help="passes over the training segments", unit="epochs", minimum=1)
    warmup_epochs: int = option(2, help="epochs until the full learning rate", unit="epochs", minimum=0)
    scheduler: str = option(
        "cosine", help="cosine: per epoch, warm up, then fall to 1 %; onecycle: per batch, up and down once",
        choices=("cosine", "onecycle"),
    )  # fmt: skip
    clip_grad: float = option(1.0, help="largest norm of all gradients together; 0 = no limit", minimum=0)
    grad_accum_steps: int = option(1, help="batches whose gradients make one step", unit="batches", minimum=1)
    mixed_precision: bool = option(False, help="compute the network in bfloat16, weights stay in float32")
    device: str = option(
        "auto", help="where to compute; auto = a GPU where there is one", choices=("auto", "cpu", "cuda", "mps")
    )
    devices: int = option(1, help="GPUs, or processes on the CPU, that share every batch", minimum=1)
    patience: int = option(1000, help="epochs without a better validation loss before training stops", minimum=1)
    log_every: int = option(50, help="steps between two points of the curves", unit="steps", minimum=1)
    checkpoint_every: int = option(10, help="epochs between two checkpoints that are kept; 0 = none", minimum=0)
    use_tensorboard: bool = option(True, help="write curves, pictures and sounds for TensorBoard")
    random_offset: bool = option(True, help="let training segments begin anywhere, anew in every epoch")


@dataclass
class VocoderConfig:
    """How a log-mel becomes sound."""

    griffin_lim_steps: int = option(64, help="iterations that find phases", minimum=1)
    momentum: float = option(0.99, help="of Griffin-Lim, 0 = the plain one", minimum=0, below=1)
    nnls_steps: int = option(30, help="iterations that find non-negative magnitudes", minimum=0)


@dataclass
class VisualizeConfig:
    """What a training shows of itself."""

    visualize_every: int = option(10, help="epochs between two sets of pictures and sounds; 0 = none", minimum=0)
    visualize_segments: int = option(4, help="reconstructions and samples in each set", minimum=1)
    umap: bool = option(True, help="also lay the latent space out by UMAP, which compiles itself for some seconds")
