"""Reading and writing files so that a kill or a full disk never costs what was there before."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from shared.errors import ConsortError, InputError


@contextmanager
def atomic_path(target: Path | str) -> Iterator[Path]:
    """Yield a path to write to; on success it replaces `target` in one step, on error it is removed.

    The aside path has the suffix of the target (writers such as Keras look at it) and lies in the same
    folder (a rename is atomic only within one file system).

    Raises:
        ConsortError: when the folder cannot be created or written to.
    """
    target = Path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.stem}-", dir=target.parent))
    except OSError as error:
        raise ConsortError(f"cannot write {target}: {error.strerror}; choose another output folder") from error
    aside = folder / target.name
    try:
        yield aside
        _sync(aside)
        aside.replace(target)
    except OSError as error:
        message = f"could not write {target} ({error.strerror or error}); what was there before is intact"
        raise ConsortError(message) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    """Push the bytes to the disk before the rename: a rename of an unwritten file survives as a hole."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def write_text(path: Path | str, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with atomic_path(path) as aside:
        aside.write_text(text, encoding="utf-8")


def copy_file(source: Path | str, target: Path | str) -> None:
    """Copy a file, atomically."""
    with atomic_path(target) as aside:
        shutil.copyfile(source, aside)


def write_json(path: Path | str, value: Any) -> None:
    """Write `value` as readable JSON, atomically.

    Raises:
        ValueError: when a number is NaN or infinite, which JSON cannot hold.
    """
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path | str) -> Any:
    """Return the content of a JSON file.

    Raises:
        InputError: when the file is missing, not UTF-8 or not JSON; the sentence names the line.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"no such file: {path}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: not valid JSON ({error.msg})") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def open_text(path: Path | str) -> TextIO:
    """Open a text file, gzipped (`.gz`) or plain, as strict UTF-8.

    Raises:
        InputError: when the file is missing or cannot be opened.
    """
    path = Path(path)
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8")
        return path.open(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
