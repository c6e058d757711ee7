"""What a run folder of the composing wing holds, and how an interrupted run goes on where it stopped.

    best.keras              the weights of the best validation loss
    NAME.keras              the final model: the best weights
    training_config.json    the configuration, and the vocabulary's fingerprint
    state/                  the last finished epoch: model with optimizer, and state.json

`state.json` is the commit point: it is renamed into place after the weights it names, so that a kill between
the two leaves the state of the epoch before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from shared.errors import ConsortError, InputError
from shared.files import atomic_path, read_json, write_json

STATE_FILE = "state.json"


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model as `.keras`, without optimizer, atomically: the file before stays until the new one is whole."""
    # A compiled model takes its optimizer's memory along, twice the size of the weights: save a bare copy.
    bare = model.__class__.from_config(model.get_config())
    bare.set_weights(model.get_weights())
    with atomic_path(path) as aside:
        bare.save(aside)


def load_model(path: Path) -> keras.Model:
    """Read a `.keras` file in safe mode (no code from the file is run).

    Raises:
        InputError: when the file is missing or is no Keras model.
    """
    if not path.is_file():
        raise InputError(f"no such checkpoint: {path}")
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"{path} cannot be read as a Keras model: {reason}") from error


def transfer_weights(source: keras.Model, target: keras.Model) -> keras.Model:
    """Copy the weights layer by layer, found by name, into a twin, and return the twin.

    Raises:
        ValueError: when a layer of the twin has no namesake or another shape.
    """
    for layer in target.layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())
    return target


class TrainingState:
    """The last finished epoch of a run, on disk."""

    def __init__(self, folder: Path) -> None:
        """Take the folder `state` of a run."""
        self.folder = folder

    def save(self, model: keras.Model, epoch: int, content: dict[str, Any]) -> None:
        """Write the model with its optimizer and `content` as the state after `epoch`."""
        weights = self.folder / f"epoch-{epoch:04d}.weights.h5"
        with atomic_path(weights) as aside:
            model.save_weights(aside)
        write_json(self.folder / STATE_FILE, {**content, "epoch": epoch, "weights": weights.name})
        for old in self.folder.glob("epoch-*.weights.h5"):
            if old != weights:
                old.unlink()

    def exists(self) -> bool:
        """Tell whether an epoch was finished."""
        return (self.folder / STATE_FILE).is_file()

    def read(self) -> dict[str, Any]:
        """Return what `save` wrote: its content, `epoch` and `weights`.

        Raises:
            ConsortError: when no epoch was finished.
        """
        if not self.exists():
            raise ConsortError(f"{self.folder.parent} holds no finished epoch to resume; start it without --resume")
        content: dict[str, Any] = read_json(self.folder / STATE_FILE)
        return content

    def restore(self, model: keras.Model) -> dict[str, Any]:
        """Load weights and optimizer into a compiled model and return the rest."""
        content = self.read()
        model.optimizer.build(model.trainable_variables)
        model.load_weights(self.folder / content["weights"])
        return content
