"""One command, several runs: what is parted by commas, what stays whole, and what each run is called."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from shared.cli import EXIT_ERROR, entry_point, option
from shared.commandline.fields import schema_of
from shared.commandline.multirun import expand, varied
from shared.errors import ConsortError, InputError


@dataclasses.dataclass
class Net:
    """A group."""

    width: int = option(8, help="width")
    cell: str = option("lstm", help="the cell", choices=("lstm", "gru"))


@dataclasses.dataclass
class Config:
    """A group, a text and a list."""

    net: Net = dataclasses.field(default_factory=Net)
    lr: float = option(0.1, help="rate")
    tags: str = option("", help="text")
    files: list[str] = option([], help="a list")
    run_name: str = option("", help="name")


def runs(*words: str) -> list[list[str]]:
    return expand(words, schema_of(Config), lambda: {"net": ["small", "large"]})


def test_every_combination_is_a_run() -> None:
    assert runs("net=small,large", "--lr", "0.1,0.2") == [
        ["net=small", "--lr", "0.1"], ["net=small", "--lr", "0.2"],
        ["net=large", "--lr", "0.1"], ["net=large", "--lr", "0.2"],
    ]  # fmt: skip


def test_text_and_lists_stay_whole() -> None:
    assert runs("--tags", "jazz, mellow", "files=a,b", "--net.cell=lstm,gru") == [
        ["--tags", "jazz, mellow", "files=a,b", f"--net.cell={cell}"] for cell in ("lstm", "gru")
    ]


def test_nothing_to_vary_is_an_error() -> None:
    with pytest.raises(InputError, match="several values"):
        runs("--lr", "0.1", "--tags", "a, b")


def test_what_varies_is_named() -> None:
    words = ["net=small,large", "--lr", "0.1"]
    assert [varied(run, words) for run in runs(*words)] == ["net=small", "net=large"]


def test_runs_have_names_of_their_own_and_one_that_fails_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[tuple[int, str]] = []

    @entry_point(Config, tmp_path)
    def main(config: Config) -> None:
        seen.append((config.net.width, config.run_name))
        if config.net.width == 4:
            raise ConsortError("four is too narrow; take more")

    assert main(["--multirun", "--width", "4,16", "--run-name", "mine"]) == EXIT_ERROR
    assert seen == [(4, "mine-1"), (16, "mine-2")]
    captured = capsys.readouterr()
    assert "[2/2] 16" in captured.out
    assert captured.err == "error: four is too narrow; take more\n"
    assert main(["--multirun", "--width", "4"]) == EXIT_ERROR
