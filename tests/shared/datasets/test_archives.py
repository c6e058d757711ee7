"""Zip archives and tables: what is broken is one sentence, and nothing is read without bounds."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from shared.datasets import archives
from shared.datasets.problems import ProblemLog
from shared.errors import InputError


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as stream:
        stream.writestr("chords/b.lab", "0 1 N")
        stream.writestr("chords/a.lab", "0 1 C")
        stream.writestr("chords/bad.lab", b"\xff")
        stream.writestr("keys/a.lab", "0 1 C")
        stream.writestr("../outside.lab", "0 1 G")
    return path


def test_members_are_filtered_sorted_and_read_in_place(archive: Path) -> None:
    log = ProblemLog(warn=False)
    found = list(archives.texts(archive, log, "chords/", ".lab"))
    assert found == [("chords/a.lab", "0 1 C"), ("chords/b.lab", "0 1 N")]
    assert [problem.file for problem in log.problems] == ["a.zip/chords/bad.lab"]
    # A member that points outside was never written anywhere: nothing is unpacked.
    assert sorted(path.name for path in archive.parent.iterdir()) == ["a.zip"]


def test_a_missing_member_is_named(archive: Path) -> None:
    with archives.open_archive(archive) as stream, pytest.raises(InputError, match=r"no member nothing\.lab"):
        archives.read_member(stream, "nothing.lab")


def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 1000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as stream:
        stream.writestr("big.lab", b"\0" * 1001)
    log = ProblemLog(warn=False)
    assert list(archives.texts(path, log)) == []
    assert "would unpack to 1001 bytes" in str(log.problems[0])


def test_a_member_with_damaged_bytes_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w") as stream:
        stream.writestr("a.lab", "0 1 C:maj, long enough to be hit")
    content = path.read_bytes().replace(b"long enough", b"LONG ENOUGH")
    path.write_bytes(content)
    log = ProblemLog(warn=False)
    assert list(archives.texts(path, log)) == []
    assert "damaged" in str(log.problems[0])


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut"])
def test_what_is_no_archive_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.zip: not a complete zip archive"):
        archives.open_archive(path)
    with pytest.raises(InputError, match="no such file"):
        archives.open_archive(tmp_path / "absent.zip")


def test_table_reads_by_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "songs.csv"
    path.write_text('id,title\n1,"Shake, Rattle"\n2,Zwei\n', encoding="utf-8")
    assert archives.table(path, ("id", "title"))["1"]["title"] == "Shake, Rattle"
    with pytest.raises(InputError, match="lacks the column 'artist'"):
        archives.table(path, ("id", "artist"))
    path.write_bytes(b"id,title\n1,\xff\n")
    with pytest.raises(InputError, match="not UTF-8"):
        archives.table(path, ("id", "title"))
