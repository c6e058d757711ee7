"""A person's own progressions: a text file with one progression per line, or a folder of `.lab` files.

    genre=jazz mood=joy key=C:major | Dm7 G7 | Cmaj7
    C, Am, F, G7
    C:maj | A:min % | F:maj/3 | G:7
    # a remark

Lead-sheet names and Harte labels both do; commas, blanks and dashes part them, `|` marks bars, `%` and `/`
repeat. The settings before the first `|` are optional: title, genre, mood, key, tempo, meter; `_` stands
for a blank.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from shared.datasets.lab import parse_lab
from shared.datasets.problems import ProblemLog
from shared.errors import InputError, unknown_choice
from shared.music.conditions import GENRE

SETTINGS = ("title", "genre", "mood", "key", "tempo", "meter")

# A chord may hold commas and bars inside parentheses: C:maj(9,11).
_WORD = re.compile(r"\||(?:\([^()]*\)|[^\s,;|()])+")
_DASHES = frozenset({"-", "--", "–", "->", "→"})
_REPEATS = frozenset({"%", "/", "."})


def record_from_line(line: str) -> dict[str, Any] | None:
    """Return the record of one line, or None for a blank line or a remark.

    Raises:
        InputError: for a setting that is unknown or cannot be read.
    """
    if not line.strip() or line.lstrip().startswith("#"):
        return None
    head, bar_line, tail = line.partition("|")
    settings = head.split() if bar_line and "=" in head else []
    words = _WORD.findall(tail if settings else line)
    record = _settings(settings)
    bars = _bars([word for word in words if word not in _DASHES])
    record["chords"] = [label for bar in bars for label in bar]
    if "|" in words:
        record["bars"] = bars
    return record


def _settings(words: list[str]) -> dict[str, Any]:
    """Return the fields of `name=value` words."""
    record: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name.casefold() not in SETTINGS:
            raise unknown_choice("setting", name, SETTINGS)
        record[name.casefold()] = value.replace("_", " ")
    if "genre" in record:
        record["genre"] = GENRE.value(GENRE.id(record["genre"])) or []
    if "tempo" in record:
        try:
            record["tempo"] = float(record["tempo"])
        except ValueError as error:
            raise InputError(f"tempo={record['tempo']} is no number of quarters per minute") from error
    return record


def _bars(words: list[str]) -> list[list[str]]:
    """Return the labels between bar lines; the empty ends of `| C | G |` are no bars."""
    bars: list[list[str]] = [[]]
    sounding: list[str] = []
    for word in words:
        if word == "|":
            bars.append([])
        elif word in _REPEATS:
            bars[-1] += sounding
        else:
            sounding = [word]
            bars[-1].append(word)
    return [bar for index, bar in enumerate(bars) if bar or 0 < index < len(bars) - 1]


def record_from_lab(path: Path) -> dict[str, Any]:
    """Return the record of a `.lab` file: its labels in order, its stem as the title.

    Raises:
        InputError: when the file or one of its lines cannot be read: a gap would make another progression.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 text (byte {error.start})") from error
    log = ProblemLog(warn=False)
    timed = parse_lab(text, path.name, log)
    if timed is None or log.problems:
        first = log.problems[0]
        raise InputError(f"line {first.line}: {first.message}" if first.line else first.message)
    return {"id": path.stem, "title": path.stem, "chords": list(timed.labels)}
