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

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.files import atomic_path, read_json, write_json

SETTINGS, INDEX = "settings.json", "index.jsonl"
Record = dict[str, Any]


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
    path = folder / SETTINGS
    plain = json.loads(json.dumps(settings))
    if not path.exists():
        write_json(path, plain)
    found = read_json(path)
    differing = sorted(key for key in {*found, *plain} if found.get(key) != plain.get(key))
    if differing:
        key = differing[0]
        raise InputError(
            f"{folder} was made with {key} {found.get(key)}, not {plain.get(key)}; "
            "choose another output folder or delete this one"
        )
    records = {record["id"]: record for record in read_index(folder)}
    return {index: record for index, record in records.items() if features_path(folder, index).is_file()}


def read_index(folder: Path) -> list[Record]:
    """Return the records of a folder, one per id; a last line that a kill tore is left out and cut off.

    Raises:
        InputError: when a line before the last is damaged.
    """
    path = folder / INDEX
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    if lines[-1]:
        os.truncate(path, path.stat().st_size - len(lines[-1].encode()))
    try:
        records = [json.loads(line) for line in lines[:-1]]
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is damaged ({error.msg}); delete the folder and prepare again") from error
    return list({record["id"]: record for record in records}.values())


def save_piece(folder: Path, index: int, features: NDArray[np.floating[Any]], labels: NDArray[np.int16]) -> None:
    """Write the two files of a piece, each in one step."""
    for path, array in ((labels_path(folder, index), labels), (features_path(folder, index), features)):
        with atomic_path(path) as aside:
            np.save(aside, array.astype(np.int16 if array is labels else np.float16), allow_pickle=False)


def append_record(folder: Path, record: Record) -> None:
    """Add a line to the index, and push it to the disk."""
    with (folder / INDEX).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
