"""Reading corpora that lie in zip archives: in place, bounded in size, nothing unpacked to disk."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from shared.datasets.problems import ProblemLog
from shared.errors import InputError
from shared.files import open_text

# An annotation file is some kilobytes; a member that unpacks to more than this is an attack or a mistake.
MAX_MEMBER_BYTES = 64 * 2**20


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip archive for reading.

    Raises:
        InputError: when it is missing or not a zip archive.
    """
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise InputError(f"no such file: {path}") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"cannot read {path}: not a complete zip archive; fetch it again") from error


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the bytes of a member.

    Raises:
        InputError: when the member is missing, damaged or larger than `MAX_MEMBER_BYTES`.
    """
    try:
        info = archive.getinfo(name)
        if info.file_size > MAX_MEMBER_BYTES:
            raise InputError(f"{name} would unpack to {info.file_size} bytes, more than any annotation file")
        return archive.read(info)
    except KeyError as error:
        raise InputError(f"{archive.filename} has no member {name}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{name} is damaged ({error})") from error


def member_names(archive: zipfile.ZipFile, log: ProblemLog, prefix: str = "", suffix: str = "") -> list[str]:
    """Return the members with this prefix and suffix, by name; that there is none goes to the log.

    A truncated archive of archives opens without complaint: as the last archive inside it.
    """
    names = [name for name in archive.namelist() if name.startswith(prefix) and name.endswith(suffix)]
    if not names:
        log.add(Path(archive.filename or "").name, 0, f"holds no {prefix}*{suffix}; fetch it again")
    return sorted(name for name in names if not name.endswith("/"))


def texts(path: Path, log: ProblemLog, prefix: str = "", suffix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (member name, text) of the members with this prefix and suffix, by name.

    Members that are damaged or not UTF-8 go to the log.
    """
    with open_archive(path) as archive:
        for name in member_names(archive, log, prefix, suffix):
            try:
                yield name, read_member(archive, name).decode("utf-8")
            except InputError as error:
                log.add(f"{path.name}/{name}", 0, str(error))
            except UnicodeDecodeError as error:
                log.add(f"{path.name}/{name}", 0, f"not UTF-8 text (byte {error.start})")


def table(path: Path, columns: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return the rows of a CSV file with a header, by the value of the first of `columns`.

    Raises:
        InputError: when the file is missing, not UTF-8, or lacks one of `columns`.
    """
    with open_text(path) as stream:
        try:
            content = stream.read()
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    reader = csv.DictReader(io.StringIO(content, newline=""))
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"{path} lacks the column '{missing[0]}'; expected {', '.join(columns)}")
    return {row[columns[0]]: row for row in reader}
