"""New results take the place of old ones only when they are whole: a Ctrl-C leaves what was there before."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.errors import ConsortError


@contextmanager
def set_aside(folders: Sequence[Path]) -> Iterator[None]:
    """Move folders out of the way while they are made anew; when that fails, they take their place back.

    What an earlier run that was killed had set aside is put back first: it is the last that was whole.
    """
    for folder in folders:
        _put_back(folder)
        if folder.exists():
            folder.rename(_aside(folder))
    try:
        yield
    except BaseException:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
            _put_back(folder)
        raise
    for folder in folders:
        shutil.rmtree(_aside(folder), ignore_errors=True)


def _aside(folder: Path) -> Path:
    """Return where a folder waits: beside itself, for a rename crosses no file system."""
    return folder.with_name(f".{folder.name}-before")


def _put_back(folder: Path) -> None:
    """Return a folder to its place if it was set aside, in place of an unfinished successor."""
    if _aside(folder).exists():
        shutil.rmtree(folder, ignore_errors=True)
        _aside(folder).rename(folder)


@contextmanager
def published(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; at the end each of its entries replaces its namesake in `folder`.

    Raises:
        ConsortError: when the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    except OSError as error:
        raise ConsortError(f"cannot write to {folder}: {error.strerror}; choose another --output-dir") from error
    try:
        yield aside
        for entry in sorted(aside.iterdir()):
            target = folder / entry.name
            if target.is_dir():
                shutil.rmtree(target)
            entry.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
