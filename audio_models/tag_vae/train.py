r"""Train the tag VAE on clips, keep the epoch that completes validation clips best, export and verify it.

Examples:
    python -m audio_models.tag_vae.train --clips musiccaps --run-name mine
    python -m audio_models.tag_vae.train model=medium trainer=default trainer.max_epochs=300 data.batch_size=64 \
        trainer.optimizer.lr=1e-3 loss.kld_weight=0.5
    python -m audio_models.tag_vae.train --model medium --epochs 300 --batch-size 64 --lr 1e-3 --run-name my_experiment

`outputs/tag_vae/RUN` gets checkpoints, final.ckpt, weights, metrics, settings, curves and the exported files;
`models/RUN.pth` and `models/metrics/` the weights and figures under the run's name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, TensorDataset

from audio_models.tag_vae import run_folder
from audio_models.tag_vae.config import MODEL_NAME, ExportConfig, TrainConfig
from audio_models.tag_vae.data import TagData, load_data, questions
from audio_models.tag_vae.export import export
from audio_models.tag_vae.latent import health, scores_of
from audio_models.tag_vae.lightning_parts import build_trainer, quiet
from audio_models.tag_vae.model import TagVae, build_model
from audio_models.tag_vae.module import TagVaeModule
from audio_models.training.checkpoints import load_weights, read_weights, write_checkpoint
from shared.cli import entry_point
from shared.files import copy_file, write_json
from shared.metrics.tag_controls import Controls, completion
from shared.runs import Run, config_snapshot, seed_everything, start_run

# Processes of one distributed run are started with the same words: the name of the first must reach the others.
_RUN_NAME = "CONSORT_TAG_VAE_RUN"
_VALIDATION_DRAWS = 5


def train(config: TrainConfig) -> float:
    """Train, write the run's folders, and return the best completion of validation clips.

    Raises:
        ConsortError: when clips, weights or settings cannot be used, or the latent space collapses.
    """
    data = load_data(config.data)
    with _named_run(config) as run:
        return _train(config, data, run)


def _train(config: TrainConfig, data: TagData, run: Run) -> float:
    folder = run.checkpoint_dir
    data.taxonomy.save(folder / run_folder.TAXONOMY_FILE)
    seed_everything(config.seed)
    lightning.seed_everything(config.seed, verbose=False)
    model = build_model(config.model, len(data.taxonomy))
    if config.finetune_from:
        path = Path(config.finetune_from) / run_folder.WEIGHTS_FILE
        load_weights(model, read_weights(path), path)
    print(
        f"{MODEL_NAME} {run.name}: {sum(weight.numel() for weight in model.parameters()):,} weights, "
        f"{len(data.train):,} clips of {len(data.taxonomy)} concepts to train on, "
        f"{len(data.validation)} to validate with"
    )
    trainer = build_trainer(config.trainer, run)
    module = TagVaeModule(model, config.loss, config.trainer.optimizer, data.validation)
    with quiet():
        trainer.fit(module, *_loaders(data, config), ckpt_path=config.resume_from or None)
    if trainer.interrupted:
        raise KeyboardInterrupt
    trainer.save_checkpoint(folder / run_folder.FINAL_FILE)
    best = _best_weights(trainer, module)
    if trainer.is_global_zero:
        # Who lost patience will not come to life any more, however early that is.
        lost_patience = trainer.current_epoch < config.trainer.max_epochs
        _finish(config, run, data, best, judged=module.may_judge or lost_patience)
    return float(trainer.checkpoint_callback.best_model_score or 0.0)  # type: ignore[union-attr]


@contextmanager
def _named_run(config: TrainConfig) -> Iterator[Run]:
    """Yield the run; other processes that are started for it find its name in the environment."""
    name = config.run_name or os.environ.get(_RUN_NAME, "")
    run = start_run(MODEL_NAME, config, name, config.output_root, config.output_root)
    before = os.environ.get(_RUN_NAME)
    os.environ[_RUN_NAME] = run.name
    try:
        yield run
    finally:
        if before is None:
            del os.environ[_RUN_NAME]


def _loaders(data: TagData, config: TrainConfig) -> tuple[DataLoader[Any], DataLoader[Any]]:
    size = min(config.data.batch_size, len(data.train))
    # A last batch of one clip would have no variance for batch norm.
    return _loader(data.train, size, shuffle=True), _loader(data.validation, len(data.validation), shuffle=False)


def _loader(vectors: NDArray[np.float32], size: int, *, shuffle: bool) -> DataLoader[Any]:
    return DataLoader(TensorDataset(torch.from_numpy(vectors)), size, shuffle=shuffle, drop_last=shuffle)


def _best_weights(trainer: lightning.Trainer, module: TagVaeModule) -> TagVae:
    """Return the network with the weights of the best epoch."""
    path = getattr(trainer.checkpoint_callback, "best_model_path", "")
    if path:
        content = torch.load(path, map_location="cpu", weights_only=True)
        module.load_state_dict(content["state_dict"])
    return module.model.eval().cpu()


def _finish(config: TrainConfig, run: Run, data: TagData, model: TagVae, *, judged: bool) -> None:
    """Write what the best epoch is worth, and the files that others take."""
    folder = run.checkpoint_dir
    state = health(model, data.train)
    if judged:
        state.require_alive()
    write_checkpoint(folder / run_folder.WEIGHTS_FILE, {"model": model.state_dict()})
    asked = questions(data.validation, _VALIDATION_DRAWS)
    everything = [question for several in asked.values() for question in several]
    Controls.fit(data.train, everything).save(folder / run_folder.CONTROLS_FILE)
    figures: dict[str, Any] = {
        f"validation_hidden_{round(100 * share)}": completion(lambda known: scores_of(model, known), several)
        for share, several in asked.items()
    }
    figures |= {"active_units": state.active_units, "latent_dim": state.latent_dim, "kl_nats": state.kl}
    run.write_metrics(figures)
    run.write_summary({"metrics": figures, "config": config_snapshot(config)})
    models = Path(config.models_root)
    for source, target in (
        (folder / run_folder.WEIGHTS_FILE, models / f"{run.name}.pth"),
        (run.log_dir / "metrics.json", models / "metrics" / f"{run.name}_metrics.json"),
        (run.log_dir / "summary.json", models / "metrics" / f"{run.name}_summary.json"),
    ):
        copy_file(source, target)
    if config.export:
        print(f"exported and verified: {export(ExportConfig(checkpoint=str(folder)))}")
    write_json(folder / run_folder.CONFIG_FILE, config_snapshot(config))
    print(f"{state.active_units} of {state.latent_dim} units active, KL {state.kl:.1f} nats\nwrote {folder}")


@entry_point(TrainConfig)
def main(config: TrainConfig) -> None:
    """Train."""
    print(f"best completion of validation clips: {train(config):.4f} (recall and NDCG at 10, two shares, added up)")


if __name__ == "__main__":
    sys.exit(main())
