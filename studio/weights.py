"""Whose weights write the music: some are ready when the demo begins, others it trains first.

Ready are the weights that the user names, else those that ship with the project. Where none ship, the demo's own
training writes everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ConsortError, InputError
from shared.files import read_json
from shared.shipped import shipped_folder
from studio.config import DemoConfig

MODEL = "chord_generator"
STEP_MODEL = "chord_generator_step.onnx"
TRAINING_CONFIG = "training_config.json"
HISTORY = "training_history.json"

SHIPPED, NAMED, TRAINED = "shipped", "named", "trained"
# The songs of a training as its settings name them -> as people do. What is licensed are the annotations.
_SOURCES: Mapping[tuple[str, bool], str] = {
    ("embedded", False): "progressions that a grammar wrote",
    ("embedded", True): "progressions that a grammar wrote",
    ("real", False): "the chords of real songs",
    ("real", True): "openly licensed chords of real songs",
    ("real+embedded", False): "the chords of real songs and progressions that a grammar wrote",
    ("real+embedded", True): "openly licensed chords of real songs and progressions that a grammar wrote",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained chord generator.

    Attributes:
        name: `shipped`, `named` or `trained`: how files and figures are told apart.
        title: what people call them, in a sentence.
        folder: holds the exported step model, its signature and the settings of the training.
    """

    name: str
    title: str
    folder: Path

    @property
    def step_model(self) -> Path:
        """The file that composes."""
        return self.folder / STEP_MODEL

    @property
    def learned_from(self) -> str:
        """What they were trained on, in words.

        Raises:
            InputError: when the settings of the training are not there.
        """
        data = read_json(self.folder / TRAINING_CONFIG)["data"]
        songs = str(data["songs"])
        return _SOURCES.get((songs, bool(data.get("permissive_only"))), songs)


def ready_weights(config: DemoConfig) -> Weights | None:
    """Return the weights that can compose before any training, or None where there are none.

    Raises:
        InputError: when the user named a folder without an exported model, or the one that is about to be replaced.
    """
    if not config.checkpoint:
        shipped = shipped_folder(MODEL, STEP_MODEL)
        return Weights(SHIPPED, "the weights that ship with Consort", shipped) if shipped else None
    named = Weights(NAMED, f"the weights in {config.checkpoint}", Path(config.checkpoint))
    if not named.step_model.is_file():
        raise InputError(f"{named.folder} is no run of the chord generator: it has no {STEP_MODEL}")
    if named.folder.resolve() != checkpoint_of(config).resolve():
        return named
    if config.reuse:
        return None  # the model of the last demo, which --reuse plays anyhow
    raise InputError(f"{named.folder} is about to be trained anew; add --reuse, or choose another --run-name")


def trained_weights(config: DemoConfig) -> Weights:
    """Return the weights of the demo's own training, which may be yet to come."""
    title = "the weights that the last demo trained" if config.reuse else "the weights trained just now"
    return Weights(TRAINED, title, checkpoint_of(config))


def checkpoint_of(config: DemoConfig) -> Path:
    """Return the folder of the demo's trained model."""
    return Path(config.checkpoint_root) / MODEL / config.run_name


def require_reusable(config: DemoConfig) -> None:
    """Make sure that --reuse finds the model of an earlier demo.

    Raises:
        ConsortError: when it does not.
    """
    checkpoint = checkpoint_of(config)
    if config.reuse and not all((checkpoint / name).is_file() for name in (STEP_MODEL, HISTORY)):
        raise ConsortError(f"{checkpoint} holds no trained model to reuse; run the demo once without --reuse")
