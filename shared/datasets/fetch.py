"""Fetching a large file over HTTP, and unpacking an archive: both go on where they stopped, and trust nothing.

What has arrived lies beside the target as NAME.part; the next attempt asks for the rest. The file gets its name when
its SHA-256 is the published one. Members of an archive that would climb out of the folder, and links, are refused.
"""

from __future__ import annotations

import hashlib
import http.client
import logging
import shutil
import sys
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from tqdm import tqdm

from shared.errors import ConsortError, InputError
from shared.files import atomic_path

_BLOCK = 1 << 20
_TIMEOUT_S = 60
_OK, _PARTIAL, _RANGE_NOT_SATISFIABLE = 200, 206, 416

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteFile:
    """A file and the SHA-256 that its publisher states, in hexadecimal."""

    url: str
    sha256: str


def fetch(remote: RemoteFile, target: Path) -> Path:
    """Download a file, or the rest of it, and return its path; one that is there and whole is left alone.

    Raises:
        ConsortError: when the server cannot be reached or stops (what has arrived is kept), or the checksum differs
            (what has arrived is removed).
    """
    if target.is_file() and sha256_of(target) == remote.sha256:
        return target
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _receive(remote.url, part)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise ConsortError(
            f"{remote.url} cannot be fetched ({reason}); run it again: it goes on where it stopped"
        ) from error
    found = sha256_of(part)
    if found != remote.sha256:
        part.unlink()
        raise ConsortError(f"{remote.url} arrived with SHA-256 {found[:12]}..., not {remote.sha256[:12]}...; try again")
    part.replace(target)
    return target


def _receive(url: str, part: Path) -> None:
    """Append to `part` what it lacks of the file at `url`."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if have and error.code == _RANGE_NOT_SATISFIABLE:  # it was whole already
            return
        raise
    with answer:
        if answer.status != _PARTIAL:  # a server that knows no ranges begins anew
            have = 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        bar = tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=part.stem, file=sys.stderr)
        with part.open("ab" if have else "wb") as stream, bar:
            while block := answer.read(_BLOCK):
                stream.write(block)
                bar.update(len(block))
    if total is not None and part.stat().st_size < total:
        raise ConnectionError(f"the connection closed after {part.stat().st_size} of {total} bytes")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unpack(archive: Path, folder: Path, wanted: Callable[[str], bool] = lambda name: True) -> int:
    """Unpack the files of a zip or tar archive, less its top folder, that are not there yet; return how many.

    Args:
        archive: the file.
        folder: where to.
        wanted: tells from a member's name, less the top folder, whether to unpack it.

    Raises:
        InputError: when the archive is damaged, or a member would leave the folder.
    """
    count = 0
    try:
        for name, size, opened in _members(archive):
            inside = PurePosixPath(*_safe_parts(name, archive)[1:])
            target = folder / inside
            if not inside.parts or not wanted(inside.as_posix()):
                continue
            if target.is_file() and target.stat().st_size == size:
                continue
            with opened() as source, atomic_path(target) as aside, aside.open("wb") as copy:
                shutil.copyfileobj(source, copy, _BLOCK)
            count += 1
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        reason = str(error).splitlines()[0].rstrip(":")  # tarfile lists every compression that it is not
        raise InputError(f"{archive} is damaged ({reason}); delete it and fetch it again") from error
    return count


def _safe_parts(name: str, archive: Path) -> tuple[str, ...]:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if any(part in ("..", "/") or ":" in part for part in parts):
        raise InputError(f"{archive} holds '{name}', which would leave its folder; do not use this archive")
    return parts


def _members(archive: Path) -> Iterator[tuple[str, int, Callable[[], IO[bytes]]]]:
    """Yield name, size and a way to open each plain file of an archive; links and devices are left out."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, partial(packed.open, info)
        return
    with tarfile.open(archive) as tape:
        for member in tape:
            if member.isfile():
                yield member.name, member.size, partial(_open_member, tape, member)
            elif not member.isdir():
                _log.warning("%s: left out %s, which is no plain file", archive, member.name)


def _open_member(tape: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = tape.extractfile(member)
    assert opened is not None  # it is a plain file
    return opened
