"""How a model of the hearing wing is trained: every setting, its default, unit and meaning.

A model's own `TrainConfig` embeds it as the group `trainer`.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.cli import option


@dataclass
class TrainingConfig:
    """The optimisation, its pace, and where it leaves what it made."""

    learning_rate: float = option(1e-4, help="AdamW's step size at its highest", aliases=("lr",), above=0)
    weight_decay: float = option(0.01, help="AdamW's pull of the weights towards zero, per step size", minimum=0)
    adam_beta2: float = option(0.999, help="how long AdamW's mean of squared gradients remembers", minimum=0, below=1)
    average: float = option(
        0.0, help="memory of the mean of the weights, which is validated and kept, per step; 0 = the last step alone",
        minimum=0, below=1,
    )  # fmt: skip
    batch_size: int = option(16, help="examples per batch, over all processes together", minimum=1)
    num_epochs: int = option(
        100, help="passes over the training examples", unit="epochs", aliases=("epochs",), minimum=1
    )
    warmup_epochs: int = option(5, help="epochs until the full learning rate", unit="epochs", minimum=0)
    scheduler: str = option(
        "cosine", help="cosine: per epoch, warm up, then fall to 1 %; onecycle: per batch, up and down once",
        choices=("cosine", "onecycle"),
    )  # fmt: skip
    gradient_clip: float = option(1.0, help="largest norm of all gradients together; 0 = no limit", minimum=0)
    gradient_accumulation: int = option(1, help="batches whose gradients make one step", unit="batches", minimum=1)
    label_smoothing: float = option(
        0.1, help="share of the target's mass spread over all classes, 0 to 1", minimum=0, below=1
    )
    precision: str = option(
        "32", help="number format of the forward pass; 16-mixed needs a GPU", choices=("32", "bf16-mixed", "16-mixed")
    )
    device: str = option(
        "auto", help="where to compute; auto = a GPU where there is one", choices=("auto", "cpu", "cuda", "mps")
    )
    strategy: str = option(
        "auto", help="ddp: one process per device; auto = ddp where there are several", choices=("auto", "ddp")
    )
    devices: int = option(1, help="GPUs, or processes on the CPU, that share every batch", minimum=1)
    workers: int = option(0, help="processes that load data beside the training; 0 = none", minimum=0)
    seed: int = option(0, help="same seed, same weights", minimum=0)
    patience: int = option(15, help="epochs without a better validation loss before training stops", minimum=1)
    min_delta: float = option(0.001, help="how much lower a validation loss must be to count as better", minimum=0)
    log_every: int = option(50, help="steps between two points of the curves", unit="steps", minimum=1)
    save_every: int = option(5, help="epochs between two checkpoints that are kept; 0 = none", minimum=0)
    save_every_steps: int = option(
        0, help="steps between two saves within an epoch, for very long epochs; 0 = after epochs only",
        unit="steps", minimum=0,
    )  # fmt: skip
    tensorboard: bool = option(True, help="write curves for TensorBoard beside history.csv")
    checkpoint_dir: str = option("checkpoints", help="folder of last.pt, best.pt and those that are kept")
    log_dir: str = option("", help="folder of TensorBoard's files and history.csv; empty = logs in checkpoint_dir")
