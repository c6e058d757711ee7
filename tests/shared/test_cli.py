"""The command as a process: exit codes, one line on stderr, logging, help and version."""

from __future__ import annotations

import dataclasses
import errno
import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.cli import EXIT_BROKEN_PIPE, EXIT_ERROR, EXIT_INTERRUPTED, entry_point, option
from shared.errors import ConsortError
from shared.runs import PROJECT_ROOT, version

ROOM = '''"""Count to a number.

    python -m room --count 3
"""
import sys
from dataclasses import dataclass
from shared.cli import entry_point, option

@dataclass
class CountConfig:
    count: int = option(help="how far", unit="steps", minimum=1, maximum=100_000)
    model: str = option("plain", help="how", choices=("plain", "fancy"))

@entry_point(CountConfig)
def main(config: CountConfig) -> None:
    for number in range(config.count):
        print(number)

if __name__ == "__main__":
    sys.exit(main())
'''


@dataclasses.dataclass
class Song:
    """A group."""

    tempo_qpm: float = option(120.0, help="speed", unit="quarters per minute", above=0)
    dropout: float = option(0.25, help="share")


@dataclasses.dataclass
class Config:
    """Two groups that share a name."""

    song: Song = dataclasses.field(default_factory=Song)
    other: Song = dataclasses.field(default_factory=Song)
    lstm_units: int = option(256, help="width of the layer", aliases=("units",))
    cell: str = option("lstm", help="the cell", choices=("lstm", "gru"))
    export: bool = option(True, help="export it")
    genre: str | None = option(None, help="only this genre")
    dims: tuple[int, ...] = option((2, 1), help="widths")


def run(body: Callable[[Config], Any], *words: str) -> int:
    return entry_point(Config)(body)(list(words))


def raising(error: BaseException) -> Callable[[Config], None]:
    def body(config: Config) -> None:
        raise error

    return body


def test_main_gets_the_dataclass_and_the_exit_code_is_0() -> None:
    seen: list[Config] = []
    assert run(seen.append, "--units", "7") == 0
    assert seen == [Config(lstm_units=7)]


def test_a_whole_number_that_main_returns_is_the_exit_code() -> None:
    assert run(lambda config: 3) == 3
    assert run(lambda config: True) == 0
    assert run(lambda config: 0.5) == 0


def test_without_argv_the_words_of_the_process_count(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Config] = []
    monkeypatch.setattr(sys, "argv", ["room", "--cell", "gru"])
    assert entry_point(Config)(seen.append)() == 0
    assert seen[0].cell == "gru"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ConsortError("no songs;\n mend it"), EXIT_ERROR, "error: no songs; mend it\n"),
        (KeyboardInterrupt(), EXIT_INTERRUPTED, "error: interrupted\n"),
        (OSError(errno.ENOSPC, "No space left on device", "a.keras"), EXIT_ERROR, "the disk is full (a.keras)"),
        (ValueError("HDF5: No space left on device"), EXIT_ERROR, "the disk is full; free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), EXIT_ERROR, "cannot use /x: Permission denied"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/x"), EXIT_ERROR, "cannot use /x: No such file"),
    ],
)
def test_what_the_user_can_mend_is_one_line(
    error: BaseException, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(raising(error)) == code
    err = capsys.readouterr().err
    assert sentence in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), OSError(errno.EIO, "broken"), ValueError("ours")])
def test_our_own_faults_keep_their_traceback(error: Exception) -> None:
    with pytest.raises(type(error)):
        run(raising(error))


def test_news_and_warnings_go_to_stderr_and_logging_is_left_as_it_was(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def body(config: Config) -> None:
        logging.getLogger("shared.music").info("plays through fluidsynth")
        logging.getLogger("shared.music").debug("not this")
        logging.getLogger("somebody.else").info("nor this")
        logging.getLogger("somebody.else").warning("but this")
        print("result")

    before = (logging.getLogger("shared").level, list(logging.getLogger().handlers))
    assert run(body) == 0
    assert run(body) == 0
    out, err = capsys.readouterr()
    assert out == "result\n" * 2
    assert err == "plays through fluidsynth\nwarning: but this\n" * 2
    assert (logging.getLogger("shared").level, list(logging.getLogger().handlers)) == before


def test_help_lists_every_flag_with_default_unit_meaning_and_choices(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for name, text in {
        "song/fast.yaml": "tempo_qpm: 200",
        "preset/x.yaml": "cell: gru",
        "preset/y.yaml": "z: 1",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert entry_point(Config, tmp_path)(raising(AssertionError()))(["--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: python -m {__name__} [group=option] [key=value] [--flag value]")
    for line in (
        "  --lstm-units, --units INT\n        width of the layer (default: 256)",
        "  --cell TEXT\n        the cell (one of lstm, gru; default: lstm)",
        "  --export, --no-export\n        export it (default: true)",
        "  --genre TEXT\n        only this genre (default: none)",
        "  --dims INT ...\n        widths (default: 2 1)",
        "  --song.tempo-qpm FLOAT\n        speed (above 0; default: 120 quarters per minute)",
        "  --other.dropout FLOAT\n        share (default: 0.25)",
        "  song=fast\n  preset=x\n",  # y is meant for another room
        "Several groups have dropout, tempo_qpm: write the group too",
        "--config FILE",
        "--version",
    ):
        assert line in text


def test_two_fields_cannot_have_one_name() -> None:
    clash = dataclasses.make_dataclass(
        "Clash", [("lr", float, option(1.0)), ("rate", float, option(1.0, aliases=("lr",)))]
    )
    with pytest.raises(TypeError, match="the alias 'lr' of rate is taken"):
        entry_point(clash)(lambda config: None)([])
    reserved = dataclasses.make_dataclass("Reserved", [("config", str, option(""))])
    with pytest.raises(TypeError, match="'config' is a flag of every command line"):
        entry_point(reserved)(lambda config: None)([])


def test_a_closed_pipe_inside_main_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())  # no file descriptor: nothing is redirected
    assert run(raising(BrokenPipeError(errno.EPIPE, "Broken pipe"))) == EXIT_BROKEN_PIPE
    assert capsys.readouterr().err == "error: the reader of the output closed it before everything was written\n"


@pytest.fixture
def room(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a room as its users do: `python -m room WORDS` in a process of its own."""
    (tmp_path / "room.py").write_text(ROOM, encoding="utf-8")

    def start(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(tmp_path), str(PROJECT_ROOT)])
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "room", *words],
            env={**os.environ, "PYTHONPATH": path},
            text=True,
            stderr=subprocess.PIPE,
            check=False,
            **{"stdout": subprocess.PIPE, **how},
        )

    return start


def test_a_room_runs_as_a_module(room: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert room("--count", "3").stdout == "0\n1\n2\n"
    assert room("--version").stdout == f"consort {version()}\n"
    manual = room("-h").stdout
    assert manual.startswith("usage: python -m room [key=value]")
    assert "python -m room --count 3" in manual
    assert "how far (at least 1 and at most 100000; required steps)" in manual
    missing = room()
    assert (missing.returncode, missing.stdout) == (EXIT_ERROR, "")
    assert missing.stderr == "error: --count is required: how far\n"


def test_a_reader_that_goes_away_early_is_no_traceback(
    room: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = room("--count", "100000", stdout=writing)
    finally:
        os.close(writing)
    assert result.returncode == EXIT_BROKEN_PIPE
    assert result.stderr == "error: the reader of the output closed it before everything was written\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_behind_stdout_is_one_line(room: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    with Path("/dev/full").open("w") as full:
        result = room("--count", "3", stdout=full)
    assert (result.returncode, result.stderr.count("\n")) == (EXIT_ERROR, 1)
    assert result.stderr.startswith("error: the disk is full")


def test_the_command_line_starts_without_hydra_yaml_or_numpy() -> None:
    code = "import sys, shared.cli; print(sorted({'hydra', 'yaml', 'numpy', 'omegaconf'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
