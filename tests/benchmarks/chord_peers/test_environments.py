"""Environments of the public recognizers: built once, by their pins, anew when half built."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.chord_peers.environments import CHORDINO, CREMA, ESSENTIA, MADMOM, STAMP, Environment, build
from benchmarks.chord_peers.registry import PEERS, peer
from benchmarks.chord_peers.set_up import main
from shared.errors import ConsortError, InputError
from shared.files import write_json

TOY = Environment("toy", (("one==1",), ("--flag", "two==2", "three==3")))


class Shell:
    """Records commands, makes the environment's folder as venv would, fails where it is told to."""

    def __init__(self, fails_at: str = "") -> None:
        self.commands: list[list[str]] = []
        self.fails_at = fails_at

    def __call__(self, command: Sequence[str]) -> None:
        self.commands.append(list(command))
        if command[1:3] == ["-m", "venv"]:
            Path(command[3]).mkdir(parents=True)
        if self.fails_at and self.fails_at in command:
            raise ConsortError(f"{self.fails_at} failed")


def test_an_environment_is_built_once_step_by_step(tmp_path: Path) -> None:
    shell = Shell()
    python = build(TOY, tmp_path, shell)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    assert shell.commands == [
        [sys.executable, "-m", "venv", str(tmp_path / "toy")],
        [*pip, "one==1"],
        [*pip, "--flag", "two==2", "three==3"],
    ]
    assert TOY.is_built(tmp_path)
    again = Shell()
    assert build(TOY, tmp_path, again) == python == tmp_path / "toy" / "bin" / "python"
    assert again.commands == []


def test_what_is_half_built_or_built_by_other_pins_is_built_anew(tmp_path: Path) -> None:
    with pytest.raises(ConsortError, match="two==2 failed"):
        build(TOY, tmp_path, Shell(fails_at="two==2"))
    assert not TOY.is_built(tmp_path)
    (tmp_path / "toy" / "leftover").touch()
    build(TOY, tmp_path, Shell())
    assert not (tmp_path / "toy" / "leftover").exists()
    newer = Environment("toy", (("one==2",),))
    assert not newer.is_built(tmp_path)
    build(newer, tmp_path, Shell())
    assert newer.is_built(tmp_path)
    assert not TOY.is_built(tmp_path)


def test_the_complaint_of_a_step_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConsortError, match=r"-m venv .* failed: .*; the recognizer cannot be measured here"):
        build(Environment("file", ()), tmp_path / "file")


def test_every_recognizer_is_pinned_and_has_a_runner() -> None:
    assert PEERS == ("crema", "chordino", "madmom-cnn", "madmom-deep-chroma", "essentia", "templates")
    for name in PEERS:
        assert peer(name).name == name
        runner = getattr(peer(name), "runner", "benchmarks.chord_peers.template_peer")
        assert Path(__file__).parents[3].joinpath(*runner.split(".")).with_suffix(".py").is_file()
    for environment in (CREMA, CHORDINO, MADMOM, ESSENTIA):
        wanted = [word for step in environment.steps for word in step if not word.startswith("-")]
        assert sum("==" in word for word in wanted) >= 2
    with pytest.raises(InputError, match="unknown recognizer 'cremma'; nearest: crema"):
        peer("cremma")


def test_the_command_builds_what_is_asked_and_names_what_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_json(tmp_path / "essentia" / STAMP, {"steps": [list(step) for step in ESSENTIA.steps]})
    assert main(["--peers", "essentia,templates", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"essentia: {tmp_path}/essentia/bin/python\n"
    (tmp_path / "file").touch()
    assert main(["--peers", "crema", "--folder", str(tmp_path / "file")]) == 1
    assert "crema: -m venv" in capsys.readouterr().err
    assert main(["--peers", "cremma"]) == 2
