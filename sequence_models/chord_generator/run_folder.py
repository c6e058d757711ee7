"""The files of a chord generator's run folder: their names, and how they are read back and checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sequence_models.chord_generator.config import MODEL_NAME, DataConfig, ModelConfig
from sequence_models.chord_generator.encoding import EncodedSong
from shared.errors import ConsortError, InputError
from shared.files import atomic_path, read_json, write_json
from shared.music.chord_tokens import chord_vocabulary
from shared.shipped import find_run, shipped_folder
from shared.vocabulary import Vocabulary

BEST_MODEL = "best.keras"
FINAL_MODEL = "chord_generator.keras"
CONFIG_FILE = "training_config.json"
HISTORY_FILE = "training_history.json"
RESULTS_FILE = "test_results.json"
SAMPLES_FILE = "generated_samples.json"
VOCABULARY_FILE = "vocabulary.json"
PARITY_FILE = "export_parity.json"
INT8_FILE = "int8_agreement.json"
SONGS_FILE = "training_songs.npz"
SOURCES_FILE = "training_sources.json"
CONTROLS_FILE = "controls.npz"
WINDOW_MODEL = "chord_generator.onnx"
STEP_MODEL = "chord_generator_step.onnx"
INT8_MODEL = "chord_generator_step_int8.onnx"

Settings = TypeVar("Settings", ModelConfig, DataConfig)


class CheckpointMismatchError(ConsortError):
    """A run folder does not fit the code or the request."""


def resolve(checkpoint: str, root: str, having: str, *, shipped_first: bool = False) -> Path:
    """Return the run folder that the user named, or one that holds the file `having`.

    That is the newest run, and the weights that ship where there is no run, or the other way round.

    Raises:
        ConsortError: when there is none.
    """
    shipped = shipped_folder(MODEL_NAME, having)
    return find_run(MODEL_NAME, checkpoint, root, having, shipped=shipped, shipped_first=shipped_first)


def read_settings(folder: Path) -> tuple[ModelConfig, DataConfig]:
    """Return the model and data settings of a run, after checking its vocabulary.

    Raises:
        CheckpointMismatchError: when the vocabulary differs from this version's, or a setting is unknown.
    """
    difference = Vocabulary.load(folder / VOCABULARY_FILE).difference(chord_vocabulary())
    if difference:
        raise CheckpointMismatchError(f"{folder} was trained with another vocabulary ({difference}); train it anew")
    content = read_json(folder / CONFIG_FILE)
    return _settings(ModelConfig, content, "model", folder), _settings(DataConfig, content, "data", folder)


def _settings(kind: type[Settings], content: dict[str, Any], group: str, folder: Path) -> Settings:
    given = content.get(group, {})
    unknown = set(given) - {field.name for field in fields(kind)}
    if unknown:
        raise CheckpointMismatchError(f"{folder / CONFIG_FILE} has unknown {group} settings: {', '.join(unknown)}")
    return kind(**given)


def differences(old: dict[str, Any], new: dict[str, Any], prefix: str = "") -> list[str]:
    """Return in words where two configurations differ, as `data.songs: real -> embedded`."""
    found: list[str] = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            found += differences(before, after, f"{prefix}{name}.")
        elif before != after:
            found.append(f"{prefix}{name}: {before} -> {after}")
    return found


def save_songs(path: Path, train: list[EncodedSong], validation: list[EncodedSong]) -> None:
    """Keep what the n-gram controls need to learn from the very songs that the network learned from.

    The file holds token ids and tonics only, as plain arrays.
    """
    arrays: dict[str, Any] = {}
    for name, songs in (("train", train), ("validation", validation)):
        arrays[f"{name}_tokens"] = np.concatenate([song.chords for song in songs]).astype(np.int16)
        arrays[f"{name}_lengths"] = np.array([len(song.chords) for song in songs], dtype=np.int32)
        arrays[f"{name}_tonics"] = np.array([song.tonic for song in songs], dtype=np.int8)
    with atomic_path(path) as aside:
        np.savez_compressed(aside, **arrays)


def save_sources(path: Path, train: list[EncodedSong]) -> None:
    """Keep how many songs of which corpus and licence the network learned from."""
    counts = Counter((song.dataset, song.licence) for song in train)
    rows = [{"dataset": name, "licence": terms, "songs": n} for (name, terms), n in sorted(counts.items())]
    write_json(path, rows)


def read_songs(path: Path, name: str) -> tuple[list[np.ndarray], list[int]]:
    """Return the chord token ids and the tonic (-1 = unknown) of each song that `save_songs` kept.

    Raises:
        InputError: when the file is missing or broken.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            lengths = arrays[f"{name}_lengths"]
            tokens = np.split(arrays[f"{name}_tokens"].astype(np.int32), np.cumsum(lengths)[:-1])
            return list(tokens), [int(tonic) for tonic in arrays[f"{name}_tonics"]]
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{path} is missing or broken ({error}); train the model again") from error
