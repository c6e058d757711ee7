"""A user's own labelled files: recordings or MIDI, each with an emotion, in JSON or CSV.

| file    | content                                                                                            |
|---------|----------------------------------------------------------------------------------------------------|
| `.json` | a list of objects with `audio_path node_id valence arousal dominance intensity`, all required       |
| `.csv`  | columns `path valence arousal`; `dominance intensity node_id group` where they are known            |

Paths are relative to the folder of the labels file. Ranges are those of `emotion_point`; `node_id` is 0-215, the node
of the thesaurus. `group` (in JSON too) says which files belong in one split, a song's clips say; without it a file is
its own group. An entry that cannot be used is named with file, entry and field, and the rest goes on; nothing is
clipped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.datasets.problems import ProblemLog
from shared.errors import InputError
from shared.files import open_text, read_json
from shared.music.emotion import N_NODES
from shared.music.emotion_point import DIMENSIONS, EmotionPoint, checked, intensity_of

JSON_FIELDS = ("audio_path", "node_id", *DIMENSIONS)
CSV_FIELDS = ("path", "valence", "arousal")


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One file: what was heard in it, the node of the thesaurus where it is named, and its group for the split."""

    path: Path
    point: EmotionPoint
    node_id: int | None
    group: str


def read_labels(path: Path | str, log: ProblemLog | None = None) -> Iterator[LabelledFile]:
    """Yield the entries of a labels file whose files exist; the others go to the log.

    Raises:
        InputError: when the labels file itself cannot be read, or a CSV lacks a column.
    """
    path = Path(path)
    log = ProblemLog() if log is None else log
    entries = _json_entries(path) if path.suffix == ".json" else _csv_entries(path)
    for number, entry in entries:
        try:
            if not isinstance(entry, Mapping):
                raise InputError(f"the entry is {type(entry).__name__}, not an object with {', '.join(JSON_FIELDS)}")
            yield _labelled(entry, path.parent)
        except InputError as error:
            log.add(str(path), number, str(error))


def _json_entries(path: Path) -> Iterator[tuple[int, Any]]:
    content = read_json(path)
    if not isinstance(content, list):
        raise InputError(f"{path} is no list of labels; write [{{'audio_path': ..., 'valence': ...}}, ...]")
    for number, entry in enumerate(content, start=1):
        # A field without a value still reaches the check, which names it.
        yield number, {**dict.fromkeys(JSON_FIELDS), **entry} if isinstance(entry, Mapping) else entry


def _csv_entries(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with open_text(path) as stream:
            reader = csv.DictReader(stream)
            if missing := [name for name in CSV_FIELDS if name not in (reader.fieldnames or ())]:
                raise InputError(f"{path} lacks the column '{missing[0]}'; expected {', '.join(CSV_FIELDS)}")
            for row in reader:
                cells = {name: cell for name, cell in row.items() if name and cell}
                numbers = {name: _number(cells[name]) for name in (*DIMENSIONS, "node_id") if name in cells}
                yield (
                    reader.line_num,
                    {"valence": None, "arousal": None, **cells, "audio_path": cells.get("path"), **numbers},
                )
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a readable CSV table: {error}") from error


def _number(cell: str) -> float | int | str:
    """Return a cell as a number; as text where it is none, for the check that names it."""
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def _labelled(entry: Mapping[str, Any], folder: Path) -> LabelledFile:
    """Return the entry checked.

    Raises:
        InputError: naming the field.
    """
    name = entry["audio_path"]
    if not isinstance(name, str) or not name.strip():
        raise InputError("the field 'audio_path' (in CSV 'path') is missing; give the path of a recording or MIDI file")
    if missing := [field for field, value in entry.items() if value is None]:
        raise InputError(f"the field '{missing[0]}' of '{name}' is missing")
    node_id = entry.get("node_id")
    if node_id is not None and (type(node_id) is not int or not 0 <= node_id < N_NODES):
        raise InputError(f"node_id of '{name}' is {node_id!r}; give a whole number from 0 to {N_NODES - 1}")
    try:
        values = {field: checked(field, entry[field]) for field in DIMENSIONS if field in entry}
    except InputError as error:
        raise InputError(f"'{name}': {error}") from None
    values.setdefault("intensity", intensity_of(values["valence"], values["arousal"]))
    path = folder / name
    if not path.is_file():
        raise InputError(f"audio_path '{name}': no such file in {folder}")
    return LabelledFile(path, EmotionPoint(**{"dominance": 0.0, **values}), node_id, str(entry.get("group") or name))
