"""What was there before stays until the new is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import ConsortError
from studio.replacing import published, set_aside


def _folder(path: Path, content: str) -> Path:
    path.mkdir(parents=True)
    (path / "weights").write_text(content, encoding="utf-8")
    return path


def _content(folder: Path) -> str:
    return (folder / "weights").read_text(encoding="utf-8")


def test_a_folder_made_anew_replaces_the_old_one(tmp_path: Path) -> None:
    run = _folder(tmp_path / "demo", "old")
    with set_aside([run]):
        assert not run.exists()
        _folder(run, "new")
    assert _content(run) == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_an_interrupted_making_puts_the_old_one_back(tmp_path: Path) -> None:
    run, logs = _folder(tmp_path / "demo", "old"), tmp_path / "logs" / "demo"

    def interrupted() -> None:
        with set_aside([run, logs]):
            _folder(run, "half")
            _folder(logs, "half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert _content(run) == "old"
    assert not logs.exists()  # there was none before


def test_after_a_kill_the_next_run_begins_with_what_was_whole(tmp_path: Path) -> None:
    run = _folder(tmp_path / "demo", "half")
    _folder(tmp_path / ".demo-before", "old")

    def failing() -> None:
        with set_aside([run]):
            raise ConsortError("no")

    with pytest.raises(ConsortError, match="no"):
        failing()
    assert _content(run) == "old"


def test_results_are_published_together(tmp_path: Path) -> None:
    target = tmp_path / "out"
    _folder(target / "pieces", "old")
    (target / "kept").write_text("mine", encoding="utf-8")
    with published(target) as new:
        (new / "song").write_text("new", encoding="utf-8")
        (new / "pieces").mkdir()
        assert not (target / "song").exists()
    assert sorted(path.name for path in target.iterdir()) == ["kept", "pieces", "song"]
    assert list((target / "pieces").iterdir()) == []


def test_nothing_is_published_when_the_making_fails(tmp_path: Path) -> None:
    (tmp_path / "song").write_text("old", encoding="utf-8")

    def interrupted() -> None:
        with published(tmp_path) as new:
            (new / "song").write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path.name for path in tmp_path.iterdir()] == ["song"]
    assert (tmp_path / "song").read_text(encoding="utf-8") == "old"


def test_an_output_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConsortError, match="choose another --output-dir"), published(tmp_path / "file"):
        pass
