r"""Train the HarmonicVAE on a folder of music, then export and verify it.

Examples:
    python -m audio_models.harmonic_vae.train --custom_dir ~/music --epochs 50 --output_dir output/mine
    python -m audio_models.harmonic_vae.train --dataset gtzan --latent_dim 64 --augment --augment_strength 0.5
    python -m audio_models.harmonic_vae.train --dataset gtzan --output_dir output/mine --resume_from output/mine
    python -m audio_models.harmonic_vae.train --custom_dir ~/more --resume_from output/mine --fresh_schedule \
        --output_dir output/tuned --epochs 10 --lr 1e-4

`run_folder` tells what lies in the output folder. A run that is resumed with the same settings ends with the weights of
one that was never stopped; `--fresh_schedule` takes nothing but the weights, for other data.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.augmentation import Augmentation
from audio_models.harmonic_vae.batches import segment_loader
from audio_models.harmonic_vae.config import MODEL_NAME, OUTPUT_ROOT, TrainConfig
from audio_models.harmonic_vae.data import Segments, Splits, load_splits
from audio_models.harmonic_vae.ending import finish
from audio_models.harmonic_vae.hearing import heard_anywhere
from audio_models.harmonic_vae.latent import LatentHealth, encode, hear, may_judge
from audio_models.harmonic_vae.loss import VaeLoss
from audio_models.harmonic_vae.model import HarmonicVae, build_model
from audio_models.harmonic_vae.resuming import checkpoint_of, refuse_other_config
from audio_models.harmonic_vae.showing import Showcase
from audio_models.training.checkpoints import load_weights, read_weights
from audio_models.training.config import TrainingConfig
from audio_models.training.trainer import Trainer
from shared.cli import entry_point
from shared.runs import Run, seed_everything, start_run, start_run_in

AfterEpoch = Callable[[Trainer], None]
_CALIBRATION_SEGMENTS, _HEALTH_SEGMENTS = 256, 128


def train(config: TrainConfig, after_epoch: Sequence[AfterEpoch] = ()) -> float:
    """Train, write the run's folder, and return the best validation loss.

    Args:
        config: every setting.
        after_epoch: called with the trainer after every epoch, such as a study that prunes trials.

    Raises:
        ConsortError: when recordings, settings or a checkpoint cannot be used, or the latent space collapses.
    """
    resumed = checkpoint_of(config.resume_from) if config.resume_from else None
    if resumed and not config.fresh_schedule:
        refuse_other_config(config, resumed)
    splits = load_splits(config.audio, config.data)
    run = _start(config, resumed)
    seed_everything(config.seed)
    torch.manual_seed(config.seed)
    model = build_model(config.model, config.audio)
    if not resumed:
        _calibrate(model, splits.train, config)
    elif config.fresh_schedule:
        load_weights(model, read_weights(resumed), resumed)
    trainer = build_trainer(config, model, splits, run, after_epoch)
    if resumed and not config.fresh_schedule:
        trainer.load_checkpoint(resumed)
        print(f"going on after epoch {trainer.epoch}")
    trainer.train()
    if trainer.fabric.is_global_zero:
        finish(config, run, splits, trainer)
    return trainer.best_loss


def build_trainer(
    config: TrainConfig, model: HarmonicVae, splits: Splits, run: Run, after_epoch: Sequence[AfterEpoch] = ()
) -> Trainer:
    """Return the engine with everything that this model adds to it."""
    settings = engine_settings(config, run.checkpoint_dir)
    criterion = VaeLoss(config.loss, config.audio.n_mels * config.audio.frames)
    if config.data.augment:
        model.augmentation = Augmentation(model.front_end, config.augmentation, config.data.augment_strength)
    print(
        f"{MODEL_NAME} {run.name}: {sum(weight.numel() for weight in model.parameters()):,} weights, "
        f"{len(splits.train):,} segments of {config.audio.segment_length:g} s to train on, "
        f"{len(splits.validation):,} to validate with"
    )
    return Trainer(
        model,
        segment_loader(splits.train, settings, config.trainer, training=True),
        segment_loader(splits.validation, settings, config.trainer, training=False),
        settings,
        criterion,
        criterion.measures,
        run_folder.NAMES,
        epoch_line,
        (
            AliveCheck(config, splits.validation),
            Showcase(config, splits.validation, run.log_dir / run_folder.VISUALIZATIONS),
            *after_epoch,
        ),
    )


def engine_settings(config: TrainConfig, folder: Path) -> TrainingConfig:
    """Return the settings of the engine that a run in `folder` asks for."""
    chosen = config.trainer
    return TrainingConfig(
        learning_rate=chosen.learning_rate,
        weight_decay=chosen.weight_decay,
        adam_beta2=chosen.adam_beta2,
        average=chosen.average,
        batch_size=config.data.batch_size,
        num_epochs=chosen.epochs,
        warmup_epochs=chosen.warmup_epochs,
        scheduler=chosen.scheduler,
        gradient_clip=chosen.clip_grad,
        gradient_accumulation=chosen.grad_accum_steps,
        precision="bf16-mixed" if chosen.mixed_precision else "32",
        device=chosen.device,
        devices=chosen.devices,
        seed=config.seed,
        patience=chosen.patience,
        min_delta=0.0,
        log_every=chosen.log_every,
        save_every=chosen.checkpoint_every,
        tensorboard=chosen.use_tensorboard,
        checkpoint_dir=str(folder / run_folder.CHECKPOINTS),
        log_dir=str(folder / run_folder.LOGS),
    )


def epoch_line(epoch: int, epochs: int, figures: dict[str, float]) -> str:
    """Return what an epoch prints; reconstruction and KL add up to the validation loss."""
    return (
        f"Epoch {epoch}/{epochs}, Train Loss: {figures['train_loss']:.4f}, Val Loss: {figures['val_loss']:.4f}, "
        f"Recon: {figures['val_recon']:.4f}, KL: {figures['val_kl']:.4f}, LR: {figures['learning_rate']:.5f}"
    )


class AliveCheck:
    """Called after an epoch: writes how alive the latent space is, and stops a run in which it has collapsed."""

    def __init__(self, config: TrainConfig, segments: Segments) -> None:
        """Take the validation segments, of which some are looked at."""
        count = min(len(segments), _HEALTH_SEGMENTS)
        self._chosen = np.unique(np.linspace(0, len(segments) - 1, count).astype(np.int64))
        self._segments, self._epochs = segments, config.trainer.epochs

    def __call__(self, trainer: Trainer) -> None:
        """Measure.

        Raises:
            ConsortError: when too little is alive, and the training is old enough to be judged.
        """
        model: HarmonicVae = trainer.model.eval()  # type: ignore[assignment]
        waveforms = self._segments.waveforms(self._chosen).to(model.mean.device)
        with trainer.averaged():
            health = LatentHealth.of(*encode(model, hear(model, waveforms)))
        figures = {"active_units": float(health.active_units), "latent_kl_nats": health.kl}
        trainer.curves.write(figures, trainer.step, "val/")
        if may_judge(trainer.epoch, self._epochs):
            health.require_alive()


def _start(config: TrainConfig, resumed: Path | None) -> Run:
    """Make the run's folder: the one that is named, that of the run to go on with, or a new one."""
    if config.output_dir:
        return start_run_in(config.output_dir, MODEL_NAME, config)
    if resumed and not config.fresh_schedule:
        return start_run_in(run_folder.run_of(resumed), MODEL_NAME, config)
    return start_run(MODEL_NAME, config, "", OUTPUT_ROOT, OUTPUT_ROOT)


def _calibrate(model: HarmonicVae, segments: Segments, config: TrainConfig) -> None:
    """Measure the bands, and begin the linear path, by segments from anywhere."""
    count = config.linear_segments if model.linear is not None else _CALIBRATION_SEGMENTS
    on_gpu = config.trainer.device in ("auto", "cuda") and torch.cuda.is_available()
    model.to("cuda" if on_gpu else "cpu")
    log_mels = heard_anywhere(model, segments, count, config.seed)
    model.calibrate(log_mels[:_CALIBRATION_SEGMENTS])
    if model.linear is not None:
        model.linear.fit(log_mels)


@entry_point(TrainConfig)
def main(config: TrainConfig) -> None:
    """Train."""
    print(f"best validation loss: {train(config):.4f}")


if __name__ == "__main__":
    sys.exit(main())
