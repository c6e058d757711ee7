"""A folder that fills up record by record: settings that must not change, and a line of JSON for each that is whole.

A line is written when what it speaks of is on the disk, so a killed run leaves nothing that cannot be read, and the
next one goes on from there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.files import read_json, write_json

Record = dict[str, Any]


def keep_settings(path: Path, settings: Record) -> None:
    """Write the settings of a folder down, or make sure that it was begun with the same.

    Raises:
        InputError: when it was begun with others.
    """
    plain = json.loads(json.dumps(settings))
    if not path.exists():
        write_json(path, plain)
    found = read_json(path)
    differing = sorted(key for key in {*found, *plain} if found.get(key) != plain.get(key))
    if differing:
        key = differing[0]
        raise InputError(
            f"{path.parent} was made with {key} {found.get(key)}, not {plain.get(key)}; "
            "choose another output folder or delete this one"
        )


def read_records(path: Path) -> list[Record]:
    """Return the records of a journal, the last one per id; a last line that a kill tore is left out and cut off.

    Raises:
        InputError: when a line before the last is damaged.
    """
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


def append_record(path: Path, record: Record) -> None:
    """Add a line to the journal, and push it to the disk."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
