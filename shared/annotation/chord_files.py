"""Timed chords in files: what is written, and what is read back.

| format  | suffix       | holds                                                                              |
|---------|--------------|------------------------------------------------------------------------------------|
| `lab`   | `.lab`       | start, end (seconds) and Harte label per line; every tool of the field reads it    |
| `json`  | `.json`      | `{"duration_s", "key", "chords": [{"start_s", "end_s", "label", "name"}]}`         |
| `jams`  | `.jams`      | JAMS, namespace `chord`                                                            |
| `names` | `.txt`       | as `.lab` with lead-sheet names; an audio editor shows it as a label track         |
| `sheet` | `.sheet.txt` | bars to play from (`chord_sheet`); needs beats                                     |

`read_chords` reads the first two, and names as well: labels may be in either dialect.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.annotation.chord_sheet import chord_sheet
from shared.annotation.jams import jams_document
from shared.annotation.lead_sheet_names import key_of, lead_sheet_names
from shared.datasets.contract import TimedChords
from shared.datasets.lab import format_lab, parse_lab
from shared.datasets.problems import ProblemLog
from shared.errors import InputError, unknown_choice
from shared.files import open_text, read_json, write_text
from shared.music.chords import ChordError, format_harte, parse

SUFFIXES = {"lab": ".lab", "json": ".json", "jams": ".jams", "names": ".txt", "sheet": ".sheet.txt"}
FORMATS = tuple(SUFFIXES)


def write_chords(
    path: Path | str,
    timed: TimedChords,
    form: str = "lab",
    beat_times_s: NDArray[np.floating] | None = None,
    title: str = "",
) -> None:
    """Write chords in one of `FORMATS`, in one step.

    Args:
        path: the file, with whatever suffix.
        timed: the chords, labels in either dialect.
        form: one of `FORMATS`.
        beat_times_s: for a sheet, [beats] in seconds.
        title: of the recording; JAMS and the sheet name it.

    Raises:
        InputError: for another format, or a sheet without beats.
        ConsortError: when the file cannot be written.
    """
    write_text(path, format_chords(timed, form, beat_times_s, title))


def format_chords(
    timed: TimedChords, form: str, beat_times_s: NDArray[np.floating] | None = None, title: str = ""
) -> str:
    """Return the text that `write_chords` writes."""
    if form == "lab":
        return format_lab(_relabelled(timed, tuple(format_harte(parse(label)) for label in timed.labels)))
    if form == "names":
        return format_lab(_relabelled(timed, lead_sheet_names(timed)))
    if form == "sheet":
        return chord_sheet(timed, np.zeros(0) if beat_times_s is None else beat_times_s, title=title)
    if form == "json":
        return _as_json(json_document(timed))
    if form == "jams":
        return _as_json(jams_document(timed, title, annotator="chord recognizer"))
    raise unknown_choice("chord format", form, FORMATS)


def json_document(timed: TimedChords) -> dict[str, Any]:
    """Return the document of the format `json`."""
    key = key_of(timed)
    rows = zip(timed.intervals_s.tolist(), timed.labels, lead_sheet_names(timed, key), strict=True)
    chords = [
        {"start_s": start, "end_s": end, "label": format_harte(parse(label)), "name": name}
        for (start, end), label, name in rows
    ]
    return {"duration_s": chords[-1]["end_s"] if chords else 0.0, "key": key.name if key else None, "chords": chords}


def read_chords(path: Path | str) -> TimedChords:
    """Return the chords of a `.json` file as written here, or of lines of start, end and label.

    Lines that cannot be used are named in a warning and left out.

    Raises:
        InputError: when the file is missing, holds no chords, or a label cannot be read; it names the file.
    """
    timed = _read_json(path) if Path(path).suffix == ".json" else _read_lab(path)
    for label in dict.fromkeys(timed.labels):
        try:
            parse(label)
        except ChordError as error:
            raise InputError(f"{path}: {error}") from error
    return timed


def _read_lab(path: Path | str) -> TimedChords:
    log = ProblemLog()
    try:
        with open_text(path) as stream:
            timed = parse_lab(stream.read(), str(path), log)
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if timed is None:
        raise InputError(f"{path} holds no chords; expected lines of 'start end label', times in seconds")
    return timed


def _read_json(path: Path | str) -> TimedChords:
    content = read_json(path)
    try:
        rows = [(float(row["start_s"]), float(row["end_s"]), str(row["label"])) for row in content["chords"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: expected 'chords', each with start_s, end_s and label ({error!r})") from error
    try:
        return TimedChords(np.array([row[:2] for row in rows]).reshape(-1, 2), tuple(row[2] for row in rows))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _relabelled(timed: TimedChords, labels: tuple[str, ...]) -> TimedChords:
    return TimedChords(timed.intervals_s, labels)


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
