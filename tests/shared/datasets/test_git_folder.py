"""Downloads, from a repository on this machine."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from shared.datasets import nottingham
from shared.datasets.download import download, main
from shared.datasets.git_folder import GitFolder
from shared.errors import ConsortError

TUNE = 'X: 1\nT:Planted\nK:G\n"G"d2B|"D7"A3|\n'


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    source = tmp_path / "source"
    (source / "ABC_cleaned").mkdir(parents=True)
    (source / "ABC_cleaned" / "reels.abc").write_text(TUNE, encoding="utf-8")
    (source / "ABC_cleaned" / "notes.md").write_text("no tune", encoding="utf-8")
    (source / "elsewhere.abc").write_text(TUNE, encoding="utf-8")
    (source / "ABC_cleaned" / "link.abc").symlink_to("/etc/hostname")

    def git(*words: str) -> str:
        command = ["git", "-C", str(source), "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet")
    git("config", "uploadpack.allowFilter", "true")
    git("add", ".")
    git("commit", "--quiet", "-m", "planted")
    return GitFolder(source.as_uri(), git("rev-parse", "HEAD"), "ABC_cleaned")


def test_a_folder_of_a_commit_becomes_an_archive(
    repository: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nottingham, "REPOSITORY", repository)
    root = download("nottingham", tmp_path / "data")
    assert [path.name for path in root.iterdir()] == ["abc.zip"]
    with zipfile.ZipFile(root / "abc.zip") as archive:
        assert archive.namelist() == ["reels.abc"]  # neither the link nor what lies elsewhere
    (track,) = nottingham.tracks(root)
    assert track.title == "Planted"
    assert "1 pieces, 0 skipped. Licence: GPL-3.0" in capsys.readouterr().out


def test_an_interrupted_download_goes_on(repository: GitFolder, tmp_path: Path) -> None:
    archive = tmp_path / "data" / "abc.zip"
    leftover = tmp_path / "data" / ".abc-download"
    leftover.mkdir(parents=True)
    subprocess.run(["git", "-C", str(leftover), "init", "--quiet"], check=True)
    repository.download(".abc", archive)
    assert archive.exists()
    assert not leftover.exists()


def test_failures_are_one_sentence(repository: GitFolder, tmp_path: Path) -> None:
    wrong_commit = GitFolder(repository.url, "0" * 40, repository.folder)
    with pytest.raises(ConsortError, match="git fetch failed"):
        wrong_commit.download(".abc", tmp_path / "a" / "abc.zip")
    with pytest.raises(ConsortError, match=r"holds no \.xyz files"):
        repository.download(".xyz", tmp_path / "b" / "abc.zip")
    with pytest.raises(ConsortError, match="pop909 has no download; get it from https"):
        download("pop909", tmp_path)
    assert not list(tmp_path.glob("*/abc.zip"))


def test_without_git_the_remedy_is_named(
    repository: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConsortError, match="git is not installed"):
        repository.download(".abc", tmp_path / "abc.zip")


def test_the_command_line_names_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--name=notingham"]) == 2
    assert "unknown dataset 'notingham'; nearest: nottingham" in capsys.readouterr().err
    assert main(["--name=openewld"]) == 2
    error = capsys.readouterr().err
    assert "openewld has no download; get it from https://github.com/00sapo/OpenEWLD" in error
    assert len(error.strip().splitlines()) == 1
