"""Files of songs: JSON lines of the chords-unified schema, and a person's own progressions.

| path                             | holds                                                    |
|----------------------------------|----------------------------------------------------------|
| `.jsonl`, gzipped or not         | one record per line, the fields of `song_records`        |
| `.txt`, `.csv`                   | one progression per line, as `song_text` describes       |
| a folder with `songs.jsonl.gz`   | that file                                                |
| any other folder                 | `.lab` files, one song each                              |

What cannot be read is named with file and line, counted and skipped; reading goes on.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from shared.datasets.contract import UNIFIED, ChordSong, Label
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.song_groups import assign_groups
from shared.datasets.song_records import song_from_record
from shared.datasets.song_text import record_from_lab, record_from_line
from shared.errors import ConsortError, InputError

CORPUS_FILE = "songs.jsonl.gz"

_GZIP_MAGIC = b"\x1f\x8b"
_TEXT_SUFFIXES = (".txt", ".csv")


def read_songs(path: Path | str, *, keep_duplicates: bool = False) -> tuple[list[ChordSong], Report]:
    """Read songs from a file or a folder.

    Args:
        path: a file or folder of the table above.
        keep_duplicates: keep records that are marked as duplicates of another in the same file.

    Returns:
        The songs, and a report of what was skipped: file, line and reason, each warned of.

    Raises:
        ConsortError: when the file cannot be opened or no song is left.
    """
    path = Path(path)
    log = ProblemLog()
    songs = songs_in(path, log, keep_duplicates)
    report = log.report(len(songs))
    if not songs:
        reason = f"; the first of {len(report.problems)}: {report.problems[0]}" if report.problems else ""
        raise ConsortError(f"no song could be read from {path}{reason}")
    return songs, report


def songs_in(path: Path, log: ProblemLog, keep_duplicates: bool = False) -> list[ChordSong]:
    """Return the songs of any supported path, with their groups."""
    songs: list[ChordSong] = []
    duplicate_of: dict[str, str] = {}
    for place, line, record in _records(path, log):
        try:
            song = song_from_record(record, f"{place}:{line}" if line else place, path.stem)
            original = record.get("duplicate_of")
            if original:
                duplicate_of[song.id] = str(original)
            songs.append(song)
        except InputError as error:
            log.add(place, line, str(error))
    grouped = assign_groups(songs, duplicate_of)
    present = {song.id for song in songs}
    # A copy whose original is not here is all there is of that piece.
    return [song for song in grouped if keep_duplicates or duplicate_of.get(song.id) not in present]


def labels_in(path: Path) -> Iterator[Label]:
    """Yield every chord label in the field `chords` of a file of JSON lines."""
    for number, record in _json_records(path, ProblemLog()):
        for label in record.get("chords", []):
            yield Label(path.name, number, label, UNIFIED)


def _records(path: Path, log: ProblemLog) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield (file, line, record); a line of 0 means the whole file."""
    if path.is_dir() and not (path / CORPUS_FILE).exists():
        yield from _lab_records(path, log)
        return
    path = path / CORPUS_FILE if path.is_dir() else path
    read = _line_records if path.suffix.casefold() in _TEXT_SUFFIXES else _json_records
    for number, record in read(path, log):
        yield path.name, number, record


def _lab_records(folder: Path, log: ProblemLog) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield the records of the `.lab` files under a folder."""
    for file in sorted(folder.rglob("*.lab")):
        name = file.relative_to(folder).as_posix()
        try:
            yield name, 0, record_from_lab(file)
        except (InputError, OSError) as error:
            log.add(name, 0, str(error))


def _line_records(path: Path, log: ProblemLog) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line, record) of a text file with one progression per line."""
    return _parsed_lines(path, log, record_from_line)


def _json_records(path: Path, log: ProblemLog) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line, record) of a file of JSON lines."""
    return _parsed_lines(path, log, _json_object)


def _json_object(line: str) -> dict[str, Any] | None:
    """Return the object of a line, or None for a blank line.

    Raises:
        InputError: when the line is not one JSON object.
    """
    if not line.strip():
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of more digits than Python reads
        raise InputError(f"not valid JSON ({error})") from error
    if not isinstance(record, dict):
        raise InputError(f"expected a JSON object, not {type(record).__name__}")
    return record


def _parsed_lines(
    path: Path, log: ProblemLog, parse_line: Callable[[str], dict[str, Any] | None]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line, record); lines that are not UTF-8 or cannot be parsed go to the log."""
    for number, raw in _lines(path, log):
        try:
            record = parse_line(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError as error:
            log.add(path.name, number, f"not UTF-8 text (byte {error.start} of the line)")
        except InputError as error:
            log.add(path.name, number, str(error))
        else:
            if record is not None:
                yield number, record


def _lines(path: Path, log: ProblemLog) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, bytes), unzipping what begins like gzip; a truncated end goes to the log.

    Raises:
        InputError: when the file is missing or cannot be opened.
    """
    number = 0
    try:
        with path.open("rb") as plain:
            zipped = plain.read(2) == _GZIP_MAGIC
        with gzip.open(path) if zipped else path.open("rb") as stream:
            for raw in stream:
                number += 1
                yield number, raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        log.add(path.name, number + 1, f"the file is truncated or damaged from here on ({error})")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
