"""Downloads that resume, from a server on this machine; and archives that may not climb out of their folder."""

from __future__ import annotations

import hashlib
import http.server
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.datasets.fetch import RemoteFile, fetch, unpack
from shared.errors import ConsortError, InputError

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    knows_ranges = True
    stops_after = len(CONTENT)  # bytes of an answer, as a connection that breaks
    asked: list[str]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.asked.append(asked)
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.knows_ranges else 0
        if first >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(CONTENT) - first))
        self.end_headers()
        self.wfile.write(CONTENT[first : first + self.server.stops_after])

    def log_message(self, format: str, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def remote(server: Server, sha256: str = SHA256) -> RemoteFile:
    return RemoteFile(f"http://127.0.0.1:{server.server_port}/set.zip", sha256)


def test_a_broken_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "new" / "set.zip"
    server.stops_after = 40_000
    with pytest.raises(ConsortError, match="run it again: it goes on where it stopped"):
        fetch(remote(server), target)
    assert not target.exists()
    assert target.with_name("set.zip.part").read_bytes() == CONTENT[:40_000]
    server.stops_after = len(CONTENT)
    assert fetch(remote(server), target).read_bytes() == CONTENT
    assert server.asked == ["", "bytes=40000-"]
    assert fetch(remote(server), target) == target  # whole: nobody is asked
    assert len(server.asked) == 2


@pytest.mark.parametrize("have", [1000, len(CONTENT)])
def test_what_has_arrived_counts_however_the_server_answers(server: Server, tmp_path: Path, have: int) -> None:
    server.knows_ranges = have == len(CONTENT)
    (tmp_path / "set.zip.part").write_bytes(CONTENT[:have])
    assert fetch(remote(server), tmp_path / "set.zip").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["set.zip"]


def test_another_content_than_published_is_thrown_away(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match=f"arrived with SHA-256 {SHA256[:12]}..., not 000000000000"):
        fetch(remote(server, "0" * 64), tmp_path / "set.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match=r"127.0.0.1:1/x cannot be fetched .*refused"):
        fetch(RemoteFile("http://127.0.0.1:1/x", SHA256), tmp_path / "x")


def packed(path: Path, members: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz") as tape:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tape.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("genres/link.wav")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tape.addfile(link)
    return path


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz"])
def test_wanted_members_are_unpacked_once(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    members = {"genres/a/1.wav": b"one", "genres/b/2.wav": b"two", "genres/notes.txt": b"no", "loose.wav": b"x"}
    archive, folder = packed(tmp_path / name, members), tmp_path / "out"
    assert unpack(archive, folder, lambda inside: inside.endswith(".wav")) == 2
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == ["a/1.wav", "b/2.wav"]
    assert unpack(archive, folder, lambda inside: inside.endswith(".wav")) == 0
    (folder / "a" / "1.wav").write_bytes(b"o")  # torn by a kill
    assert unpack(archive, folder, lambda inside: inside.endswith(".wav")) == 1
    assert ("link.wav, which is no plain file" in caplog.text) == (name == "set.tar.gz")


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz"])
@pytest.mark.parametrize("member", ["genres/../../evil.wav", "/etc/evil.wav", "genres\\..\\evil.wav", "C:/evil.wav"])
def test_a_member_that_climbs_out_is_refused(tmp_path: Path, name: str, member: str) -> None:
    archive = packed(tmp_path / name, {member: b"x"})
    with pytest.raises(InputError, match="would leave its folder"):
        unpack(archive, tmp_path / "out")
    assert not list(tmp_path.rglob("evil.wav"))


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz"])
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, name: str) -> None:
    archive = packed(tmp_path / name, {"genres/a.wav": bytes(range(256)) * 100})
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(InputError, match=r"is damaged .*; delete it and fetch it again"):
        unpack(archive, tmp_path / "out")
