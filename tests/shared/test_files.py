"""A kill or a full disk during a write leaves what was there before."""

from __future__ import annotations

import errno
import gzip
from pathlib import Path

import pytest

from shared.errors import ConsortError, InputError
from shared.files import atomic_path, open_text, read_json, write_json, write_text


def test_content_replaces_the_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "figures.json"
    write_json(target, {"accuracy": 0.5})
    write_json(target, {"accuracy": 0.6})
    assert read_json(target) == {"accuracy": 0.6}
    assert [path.name for path in target.parent.iterdir()] == ["figures.json"]


def test_interruption_leaves_the_previous_file(tmp_path: Path) -> None:
    target = tmp_path / "model.keras"
    write_text(target, "before")

    def write_half() -> None:
        with atomic_path(target) as aside:
            aside.write_text("half a mod")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_full_disk_is_one_sentence_and_leaves_the_previous_file(tmp_path: Path) -> None:
    target = tmp_path / "model.keras"
    write_text(target, "before")
    with pytest.raises(ConsortError, match=r"could not write .*No space left.*intact"), atomic_path(target):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert target.read_text() == "before"


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(ConsortError, match="choose another output folder"), atomic_path(blocker / "x.json"):
        pass


def test_nan_never_reaches_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "x.json", {"loss": float("nan")})
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [(b'{"a": 1,\n "b" 2}', "line 2: not valid JSON"), (b'{"a": "\xff"}', "not UTF-8"), (None, "no such file")],
)
def test_broken_json_names_the_file_and_place(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_json(path)


def test_gzipped_and_plain_text_read_alike(tmp_path: Path) -> None:
    plain, packed = tmp_path / "songs.jsonl", tmp_path / "songs.jsonl.gz"
    plain.write_text("Bé♭\n", encoding="utf-8")
    packed.write_bytes(gzip.compress("Bé♭\n".encode()))
    for path in (plain, packed):
        with open_text(path) as stream:
            assert stream.read() == "Bé♭\n"
    with pytest.raises(InputError, match="cannot read"):
        open_text(tmp_path / "absent.txt")
