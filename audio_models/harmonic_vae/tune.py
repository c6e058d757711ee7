r"""Search latent_dim, widths, learning rate, beta and batch size of the HarmonicVAE with Optuna.

Examples:
    python -m audio_models.harmonic_vae.tune --dataset gtzan --trials 50 --epochs 20 --output_dir output/study
    python -m audio_models.harmonic_vae.tune --dataset gtzan --trials 50 --workers 4 --output_dir output/study
    python -m audio_models.harmonic_vae.train --config output/study/best_config.json --output_dir output/best

A study lies in a SQLite file: the same command goes on with it, and several (or `--workers`) try side by side. A trial
that is worse than the median of the others at the same epoch is given up. Trials have different betas, so they are
judged by the bound at one: the reconstruction of the validation segments + beta_end of the command x their KL.

`output_dir` gets best_config.json, trials.csv, optimization_history.png and param_importances.png.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import torch

from audio_models.harmonic_vae.config import MODEL_NAME, OUTPUT_ROOT, TrainConfig, TuneConfig
from audio_models.harmonic_vae.train import train
from audio_models.training.trainer import Trainer
from shared.cli import entry_point
from shared.errors import ConsortError, InputError
from shared.files import atomic_path, write_json
from shared.runs import config_snapshot

BEST_FILE, TRIALS_FILE = "best_config.json", "trials.csv"


def tune(config: TuneConfig) -> float:
    """Try, write what was found, and return the best value.

    Raises:
        ConsortError: when the study cannot be kept, or no trial came to an end.
    """
    folder = Path(config.output_dir or f"{OUTPUT_ROOT}/{MODEL_NAME}/study")
    folder.mkdir(parents=True, exist_ok=True)
    share, rest = divmod(config.trials, config.workers)
    counts = [share + (worker < rest) for worker in range(config.workers)]
    refuse_other_choices(open_study(config, folder), config)  # made before the workers, who would do it all at once
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=work, args=(config, folder, n, i)) for i, n in enumerate(counts) if i and n]
    for process in others:
        process.start()
    try:
        work(config, folder, counts[0], 0)
    finally:
        for process in others:
            process.join()
    study = open_study(config, folder)
    if not _completed(study):
        raise ConsortError(f"no trial of {folder} came to an end; see what they said, or raise --epochs or --trials")
    write_json(folder / BEST_FILE, config_snapshot(trial_config(config, study.best_trial.params, folder / "best")))
    _write_trials(folder / TRIALS_FILE, study)
    _draw(folder, study)
    print(f"wrote {folder}; train the best: python -m audio_models.harmonic_vae.train --config {folder / BEST_FILE}")
    return float(study.best_value)


def open_study(config: TuneConfig, folder: Path) -> Any:
    """Return the study, made or gone on with.

    Raises:
        InputError: when its file is of another kind.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = Path(config.storage) if config.storage else folder / "study.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return optuna.create_study(
            study_name=config.study, storage=f"sqlite:///{path.resolve()}", direction="minimize", load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=config.prune_after - 1),
        )  # fmt: skip
    except Exception as error:  # SQLAlchemy's errors and Optuna's own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} cannot hold a study ({reason}); choose another --storage") from error


def refuse_other_choices(study: Any, config: TuneConfig) -> None:
    """Refuse to go on with a study that tries other values than are asked for now.

    Raises:
        InputError: naming the setting.
    """
    wanted: dict[str, list[Any]] = {
        "latent_dim": config.latent_dims,
        "widths": _widths(config),
        "batch_size": config.batch_sizes,
    }
    for trial in study.trials:
        for name, choices in wanted.items():
            before = getattr(trial.distributions.get(name), "choices", choices)
            if list(before) != list(choices):
                raise InputError(f"the study tries {name} {list(before)}, not {choices}; name another --study")


def _widths(config: TuneConfig) -> list[str]:
    return config.hidden_choices if config.model.architecture == "mlp" else config.channel_choices


def work(config: TuneConfig, folder: Path, trials: int, worker: int) -> None:
    """Try so many settings of a study in this process."""
    import optuna

    torch.set_num_threads(max(1, (os.cpu_count() or 1) // config.workers))
    study = open_study(config, folder)
    study.sampler = optuna.samplers.TPESampler(seed=config.seed + worker + len(study.trials))
    study.optimize(lambda trial: _attempt(trial, config, folder), n_trials=trials, catch=(ConsortError,))


def _attempt(trial: Any, config: TuneConfig, folder: Path) -> float:
    import optuna

    chosen = trial_config(config, suggested(trial, config), folder / f"trial_{trial.number:04d}")
    print(f"trial {trial.number + 1}: {trial.params}", flush=True)
    values: list[float] = []

    def after_epoch(trainer: Trainer) -> None:
        values.append(judged(trainer.history, config))
        trial.report(values[-1], trainer.epoch - 1)
        if trial.should_prune():
            raise optuna.TrialPruned

    train(chosen, (after_epoch,))
    return min(values)


def judged(history: dict[str, list[float]], config: TrainConfig) -> float:
    """Return what the last epoch of a trial is worth, whatever beta it was trained with; lower is better."""
    bins = config.audio.n_mels * config.audio.frames
    return history["val_recon"][-1] + config.loss.beta_end * history["val_kl_nats"][-1] / bins


def suggested(trial: Any, config: TuneConfig) -> dict[str, Any]:
    """Return the settings that a trial is to try."""
    return {
        "latent_dim": trial.suggest_categorical("latent_dim", config.latent_dims),
        "widths": trial.suggest_categorical("widths", _widths(config)),
        "learning_rate": trial.suggest_float("learning_rate", config.lr_low, config.lr_high, log=True),
        "beta_end": trial.suggest_float("beta_end", config.beta_low, config.beta_high, log=True),
        "batch_size": trial.suggest_categorical("batch_size", config.batch_sizes),
    }


def trial_config(config: TuneConfig, chosen: dict[str, Any], folder: Path) -> TrainConfig:
    """Return the training that a trial's settings mean; it leaves weights and curves, no pictures and no exports.

    Raises:
        InputError: when widths are not numbers joined by hyphens.
    """
    try:
        widths = [int(width) for width in chosen["widths"].split("-")]
    except ValueError as error:
        raise InputError(f"widths '{chosen['widths']}' are no numbers joined by '-', such as 512-256") from error
    kind: dict[str, Any] = {"hidden_dims" if config.model.architecture == "mlp" else "channels": widths}
    base = TrainConfig(**{field.name: getattr(config, field.name) for field in fields(TrainConfig)})
    return replace(
        base,
        model=replace(base.model, latent_dim=chosen["latent_dim"], **kind),
        loss=replace(base.loss, beta_end=chosen["beta_end"], beta_start=min(base.loss.beta_start, chosen["beta_end"])),
        trainer=replace(base.trainer, learning_rate=chosen["learning_rate"], checkpoint_every=0),
        data=replace(base.data, batch_size=chosen["batch_size"]),
        visualize=replace(base.visualize, visualize_every=0),
        output_dir=str(folder), pca_segments=0, export=False,
    )  # fmt: skip


def _completed(study: Any) -> list[Any]:
    return [trial for trial in study.trials if trial.state.name == "COMPLETE"]


def _write_trials(path: Path, study: Any) -> None:
    names = sorted({name for trial in study.trials for name in trial.params})
    with atomic_path(path) as aside, aside.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["trial", "state", "value", *names])
        for trial in study.trials:
            row = [trial.params.get(name, "") for name in names]
            writer.writerow([trial.number, trial.state.name, "" if trial.value is None else trial.value, *row])


def _draw(folder: Path, study: Any) -> None:
    """Draw how the search went, and which settings mattered; the latter needs trials that differ."""
    import matplotlib

    matplotlib.use("Agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna calls its drawings experimental
        from optuna.visualization import matplotlib as drawing

        plots: dict[str, Callable[[Any], Any]] = {"optimization_history": drawing.plot_optimization_history}
        if len({trial.value for trial in _completed(study)}) > 1:
            plots["param_importances"] = drawing.plot_param_importances
        for name, plot in plots.items():
            figure = plot(study).figure
            with atomic_path(folder / f"{name}.png") as aside:
                figure.savefig(aside, bbox_inches="tight", format="png")
            matplotlib.pyplot.close(figure)


@entry_point(TuneConfig)
def main(config: TuneConfig) -> None:
    """Tune and print."""
    print(f"best value: {tune(config):.5f}")


if __name__ == "__main__":
    sys.exit(main())
