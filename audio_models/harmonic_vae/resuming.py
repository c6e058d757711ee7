"""Going on with a run: which checkpoint is meant, and whether its settings are those of now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audio_models.harmonic_vae import run_folder
from audio_models.harmonic_vae.config import TrainConfig
from shared.errors import InputError
from shared.files import read_json
from shared.runs import config_snapshot

# What may differ between a run and its continuation without changing a weight.
_FREE = (
    "output_dir", "resume_from", "fresh_schedule", "export", "pca_segments", "vocoder", "visualize",
    "trainer.device", "trainer.log_every", "trainer.checkpoint_every", "trainer.use_tensorboard",
    "data.dataset_dir", "data.custom_dir", "data.gtzan_dir", "data.maestro_dir", "data.emotify_dir", "data.cache_dir",
)  # fmt: skip
_NAMED_AT_MOST = 6


def checkpoint_of(path: str) -> Path:
    """Return the checkpoint file that a path means: itself, or the last one of a run folder.

    Raises:
        InputError: when there is none.
    """
    given = Path(path)
    if given.is_file():
        return given
    candidates = [
        given / run_folder.CHECKPOINTS / run_folder.NAMES.last,
        given / run_folder.NAMES.last,
        given / run_folder.WEIGHTS_FILE,
    ]
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        raise InputError(f"nothing to go on with in {given}; name a run folder or a checkpoint (.pt) of one")
    return found


def refuse_other_config(config: TrainConfig, checkpoint: Path) -> None:
    """Refuse to go on with other settings than those that the run began with.

    Raises:
        InputError: naming the settings that differ.
    """
    path = run_folder.run_of(checkpoint) / run_folder.CONFIG_FILE
    before, now = _flat(read_json(path)), _flat(config_snapshot(config))
    changed = [name for name in now if name in before and before[name] != now[name]]
    changed = [name for name in changed if name not in _FREE and name.partition(".")[0] not in _FREE]
    if changed:
        shown = [f"{name} ({before[name]} there, {now[name]} here)" for name in changed[:_NAMED_AT_MOST]]
        more = f" and {len(changed) - _NAMED_AT_MOST} more" if len(changed) > _NAMED_AT_MOST else ""
        raise InputError(
            f"{checkpoint} was trained with other settings of {', '.join(shown)}{more}; use the same, or "
            "--fresh_schedule to take only its weights"
        )


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat
