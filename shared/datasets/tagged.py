"""Clips with free tags: what every tag dataset yields, and how a table of them is read.

A table is CSV (`.csv`, `.csv.gz`) or Parquet. It has a column of tags, written as a Python list literal such as
`['mellow', 'piano']` (as MusicCaps is published) or, in Parquet, as a list.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.datasets.problems import ProblemLog
from shared.errors import ConsortError, InputError
from shared.files import open_text

ASPECT_COLUMN = "aspect_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedClip:
    """One clip: its tags as people wrote them. Clips of one `group` belong in one split."""

    id: str
    dataset: str
    licence: str
    tags: tuple[str, ...]
    group: str
    split: str | None = None


Row = Mapping[str, Any]


def read_table(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a table, each with its line (CSV) or number (Parquet), from 1.

    Raises:
        InputError: when the file cannot be read.
    """
    return _parquet(path) if path.suffix == ".parquet" else _csv(path)


def _csv(path: Path) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        with open_text(path) as stream:
            reader = csv.DictReader(stream)
            for row in reader:
                yield reader.line_num, {name: value for name, value in row.items() if name is not None}
    except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
        raise InputError(f"{path} is not a readable CSV table: {error}") from error


def _parquet(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConsortError("Parquet needs the package pyarrow; install it, or save the table as CSV") from error
    if not path.is_file():
        raise InputError(f"cannot read {path}: no such file")
    try:
        rows = pyarrow.parquet.read_table(path).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{path} is not a readable Parquet table: {error}") from error
    yield from enumerate(rows, start=1)


def read_tags(value: Any) -> tuple[str, ...]:
    """Return the tags of a cell: a list of words, or the literal of one.

    Raises:
        InputError: when it is neither; literals are read as data, never run.
    """
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise InputError(f"'{value[:60]}' is no list of tags such as ['mellow', 'piano']") from None
    if not isinstance(value, (list, tuple)) or not all(isinstance(tag, str) for tag in value):
        raise InputError(f"{str(value)[:60]!r} is no list of tags such as ['mellow', 'piano']")
    tags = tuple(dict.fromkeys(tag.strip() for tag in value if tag.strip()))
    if not tags:
        raise InputError("the list of tags is empty")
    return tags


def tagged_rows(
    rows: Iterable[tuple[int, Row]], source: str, column: str, log: ProblemLog
) -> Iterator[tuple[int, Row, tuple[str, ...]]]:
    """Yield (number, row, tags) of the rows whose tags can be read; the others go to the log.

    Raises:
        InputError: when a row lacks the column, naming the source.
    """
    for number, row in rows:
        if column not in row:
            raise InputError(f"{source} has no column '{column}'; it has {', '.join(map(str, row))}")
        try:
            tags = read_tags(row[column])
        except InputError as error:
            log.add(source, number, str(error))
            continue
        yield number, row, tags
