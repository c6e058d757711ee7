"""The features of rendered pieces on disk, in files that map into memory.

| file                 | content                                                             |
|----------------------|---------------------------------------------------------------------|
| settings.json        | seed, feature settings, SoundFonts and sources that all pieces share |
| NNNNN.features.npy   | float16 [frames, bins]                                              |
| NNNNN.labels.npy     | int16 [frames, 3]: chord type id, root, bass; -100 where not known    |
| index.jsonl          | a line per piece: id, source, song, group, split, licence, frames, recipe |

A line is written when its files are whole, so a killed run leaves no piece that cannot be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared import journal
from shared.files import atomic_path
from shared.journal import Record, keep_settings, read_records

SETTINGS, INDEX = "settings.json", "index.jsonl"


def features_path(folder: Path, index: int) -> Path:
    """Return the file of a piece's features."""
    return folder / f"{index:05}.features.npy"


def labels_path(folder: Path, index: int) -> Path:
    """Return the file of a piece's labels."""
    return folder / f"{index:05}.labels.npy"


def open_cache(folder: Path, settings: Record) -> dict[int, Record]:
    """Begin a folder or go on with it; return the records of the pieces that are there, by id.

    Raises:
        InputError: when the folder was made with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep_settings(folder / SETTINGS, settings)
    records = {record["id"]: record for record in read_index(folder)}
    return {index: record for index, record in records.items() if features_path(folder, index).is_file()}


def read_index(folder: Path) -> list[Record]:
    """Return the records of a folder, one per id; a last line that a kill tore is left out and cut off.

    Raises:
        InputError: when a line before the last is damaged.
    """
    return read_records(folder / INDEX)


def save_piece(folder: Path, index: int, features: NDArray[np.floating[Any]], labels: NDArray[np.int16]) -> None:
    """Write the two files of a piece, each in one step."""
    for path, array in ((labels_path(folder, index), labels), (features_path(folder, index), features)):
        with atomic_path(path) as aside:
            np.save(aside, array.astype(np.int16 if array is labels else np.float16), allow_pickle=False)


def append_record(folder: Path, record: Record) -> None:
    """Add a line to the index, and push it to the disk."""
    journal.append_record(folder / INDEX, record)
