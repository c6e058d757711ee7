"""The files of a HarmonicVAE's run folder: their names, and how they are read back.

config.json                   every setting
checkpoints/                  last.pt, harmonic_vae_best.pt, harmonic_vae_epoch_N.pt
logs/                         TensorBoard's files and history.csv
visualizations/epoch_0010/    what the run showed of itself
weights.pt                    of the best epoch, when the training has ended
label_means.npz               the mean point of every label of the training segments
controls*.npz                 linear controls, fitted on the training segments
training_sources.json         what it learnt from
test_results.json             what `evaluate` found
*.onnx, *.json, *.md          the exported encoder and decoder
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio_models.harmonic_vae.config import MODEL_NAME, AudioConfig, DataConfig
from audio_models.harmonic_vae.model import HarmonicVae, build_model
from audio_models.harmonic_vae.network_config import ModelConfig
from audio_models.training.checkpoints import FileNames, load_weights, read_weights
from shared.errors import InputError
from shared.files import atomic_path
from shared.runs import latest_run, saved_settings

CHECKPOINTS, LOGS, VISUALIZATIONS = "checkpoints", "logs", "visualizations"
NAMES = FileNames(best=f"{MODEL_NAME}_best.pt", of_epoch=f"{MODEL_NAME}_epoch_{{epoch}}.pt")
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "weights.pt"
LABELS_FILE = "label_means.npz"
METRICS_FILE = "metrics.json"
PCA_FILE, SEPARABLE_FILE = "controls_pca.npz", "controls_separable.npz"
SOURCES_FILE = "training_sources.json"
ENCODER_FILE = f"{MODEL_NAME}_encoder.onnx"
DECODER_FILE = f"{MODEL_NAME}_decoder.onnx"
Means = dict[str, NDArray[np.float32]]


def resolve(checkpoint: str, root: str) -> Path:
    """Return the run folder that the user named, else the newest run.

    A checkpoint file stands for its run.

    Raises:
        ConsortError: when there is none.
    """
    if checkpoint:
        folder = run_of(Path(checkpoint))
        if not weights_of(folder).is_file():
            raise InputError(f"{checkpoint} is no run of the HarmonicVAE: it has no {CHECKPOINTS}/{NAMES.best}")
        return folder
    return latest_run(MODEL_NAME, root, having=f"{CHECKPOINTS}/{NAMES.best}")


def run_of(path: Path) -> Path:
    """Return the run folder that a path means: itself, or that of a checkpoint file."""
    if path.suffix != ".pt":
        return path
    return path.parent.parent if path.parent.name == CHECKPOINTS else path.parent


def weights_of(folder: Path) -> Path:
    """Return the file of the best weights: of a training that has ended, else the best so far."""
    ended = folder / WEIGHTS_FILE
    return ended if ended.is_file() else folder / CHECKPOINTS / NAMES.best


def load_audio_config(folder: Path) -> AudioConfig:
    """Return the audio settings of a run."""
    return saved_settings(AudioConfig, folder / CONFIG_FILE, "audio")


def load_data_config(folder: Path) -> DataConfig:
    """Return the data settings of a run."""
    return saved_settings(DataConfig, folder / CONFIG_FILE, "data")


def load_model(folder: Path) -> HarmonicVae:
    """Return the network of a run with its best weights, ready for use.

    Raises:
        InputError: when a file is missing, damaged or of another network.
    """
    model = build_model(saved_settings(ModelConfig, folder / CONFIG_FILE, "model"), load_audio_config(folder))
    path = weights_of(folder)
    load_weights(model, read_weights(path), path)
    return model.eval()


def save_label_means(folder: Path, means: Means) -> None:
    """Write the mean point of every label."""
    with atomic_path(folder / LABELS_FILE) as aside:
        np.savez(aside, labels=np.array(list(means)), means=np.array(list(means.values()), dtype=np.float32))


def load_label_means(folder: Path) -> Means:
    """Return the mean point of every label.

    Raises:
        InputError: when the run learnt from recordings without labels.
    """
    path = folder / LABELS_FILE
    if not path.is_file():
        raise InputError(f"{folder} knows no labels: its recordings lay in no sub-folders of genres")
    with np.load(path, allow_pickle=False) as content:
        return dict(zip(content["labels"].tolist(), content["means"], strict=True))
