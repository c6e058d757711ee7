"""What words mean: every spelling of a flag, precedence, files, and each mistake in one line."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cli import EXIT_ERROR, entry_point, option, parse
from shared.errors import InputError
from shared.runs import config_snapshot


class Split(enum.Enum):
    """What to score."""

    TEST = "test"
    VALIDATION = "validation"


@dataclasses.dataclass
class Model:
    """A network."""

    lstm_units: int = option(256, help="width", unit="units", minimum=1, aliases=("units",))
    hidden_dims: tuple[int, ...] = option((512, 256), help="widths of the layers")
    dropout: float = option(0.3, help="share dropped", minimum=0, below=1)
    attention: bool = option(False, help="attend")


@dataclasses.dataclass
class Data:
    """Songs."""

    songs: Path = option(Path("embedded"), help="which songs")
    dropout: float = option(0.1, help="share of conditions hidden")
    genre: str | None = option(None, help="only this genre")


@dataclasses.dataclass
class Train:
    """All of it."""

    model: Model = dataclasses.field(default_factory=Model)
    data: Data = dataclasses.field(default_factory=lambda: Data(dropout=0.2))
    lr: float = option(1e-3, help="step size", above=0)
    key: str = option("C:major", help="the key")
    seed_chords: str = option("", help="chords to begin with")
    cell: Literal["lstm", "gru"] = option("lstm", help="cell")
    split: Split = option(Split.TEST, help="split")
    tags: list[str] = option([], help="words")
    export: bool = option(True, help="export at the end")

    def validate(self) -> None:
        """Refuse what no single field can refuse."""
        if self.cell == "gru" and self.model.attention:
            raise InputError("attention needs cell lstm; drop --attention")


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """Departures: wide; wider, which builds on it; and a preset for the whole."""
    folder = tmp_path / "configs"
    files = {
        "model/wide.yaml": "lstm_units: 512\ndropout: 1e-1\n",
        "model/wider.yaml": "defaults: [wide]\nlstm_units: 1024\n",
        "preset/quick.yaml": "lr: 0.1\nmodel: {lstm_units: 8}\n",
        "preset/of_another_room.yaml": "songs_per_second: 3\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read(*words: str, configs: Path | None = None) -> Train:
    return parse(Train, words, configs)


def run_main(body: Callable[[Train], Any], *words: str) -> int:
    return entry_point(Train)(body)(list(words))


def test_without_words_the_defaults_hold() -> None:
    assert read() == Train()
    assert read().data.dropout == 0.2  # the group's own default, as the config above it makes it


@pytest.mark.parametrize(
    "words",
    [
        ["--lstm-units", "512"],
        ["--lstm_units=512"],
        ["lstm_units=512"],
        ["model.lstm_units=512"],
        ["--model.lstm-units", "512"],
        ["--units", "512"],
        ["--lstm-units", "4", "--lstm-units", "512"],
    ],
)
def test_every_spelling_of_a_flag_says_the_same(words: list[str]) -> None:
    assert read(*words).model == Model(lstm_units=512)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["--no-export"], False),
        (["--no_export"], False),
        (["--export"], True),
        (["--export", "false"], False),
        (["--export=no"], False),
        (["export=false"], False),
        (["export=false", "--export"], True),
    ],
)
def test_booleans(words: list[str], value: bool) -> None:
    assert read(*words).export is value


def test_a_boolean_in_a_group_is_switched_off_under_its_full_name_too() -> None:
    assert read("--attention", "--model.no-attention").model.attention is False


@pytest.mark.parametrize("words", [["--hidden-dims", "64", "32"], ["--hidden-dims=64,32"], ["hidden_dims=[64,32]"]])
def test_lists_end_where_something_else_begins(words: list[str]) -> None:
    found = read(*words, "key=A:minor", "--lr", "0.1")
    assert found.model.hidden_dims == (64, 32)
    assert (found.key, found.lr) == ("A:minor", 0.1)


def test_negative_numbers_are_values() -> None:
    with pytest.raises(InputError, match=r"--lr is '-1'; it must be a number, above 0"):
        read("--lr", "-1")


@pytest.mark.parametrize(
    "value", ["G:maj(6)/5", "C Am F G", "C:major", "a=b", "{x}", "${oc.env:HOME}", "~", "'quoted'", "[", "-", ""]
)
def test_no_value_goes_through_a_grammar(value: str) -> None:
    assert read(f"--seed-chords={value}").seed_chords == value
    assert read("--seed-chords", value).seed_chords == value
    assert read(f"seed_chords={value}").seed_chords == value


@given(st.text())
def test_any_text_passes_unharmed(value: str) -> None:
    assert read(f"seed_chords={value}", f"--data.songs={value}/x y=z").seed_chords == value


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--lstm-unit", "3"], "unknown option '--lstm-unit'; nearest: --lstm-units"),
        (["lstm_unit=3"], "unknown option 'lstm_unit'; nearest: lstm_units"),
        (["--model.lstm-unit=3"], "unknown option '--model.lstm-unit'; nearest: --model.lstm-units"),
        (["--zzz"], "unknown option '--zzz'; --help lists them all"),
        (["--dropout", "0.5"], "option '--dropout' is ambiguous; write model.dropout or data.dropout"),
        (["--lr"], "--lr needs a value"),
        (["--lr", "--export"], "--lr needs a value"),
        (["--lr", "fast"], "--lr is 'fast'; it must be a number, above 0"),
        (["--cell", "rnn"], "--cell is 'rnn'; it must be one of lstm, gru"),
        (["--lstm-units=0"], "--lstm-units is '0'; it must be a whole number, at least 1"),
        (["jazz"], "cannot use the word 'jazz'"),
        (["--seed-chords", "C", "Am"], "cannot use the word 'Am'; values with spaces need quotes"),
        (["--model"], "--model needs a value"),
        (["data=x"], "'data' is a group without named options; set its fields: data.NAME=VALUE"),
        (["--cell", "gru", "--attention"], "attention needs cell lstm; drop --attention"),
        (["--config", "absent.json"], "no such file: absent.json"),
        (["--config", "absent.toml"], "a config file ends in .json or .yaml, not 'absent.toml'"),
        (["--config", "."], "--config takes a .json or .yaml file"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(lambda config: pytest.fail("main must not run"), *words) == EXIT_ERROR
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert sentence in err


def test_departures_are_chosen_by_name_and_build_on_one_another(configs: Path) -> None:
    assert read("model=wide", configs=configs).model == Model(lstm_units=512, dropout=0.1)
    assert read("--model", "wider", configs=configs).model == Model(lstm_units=1024, dropout=0.1)
    quick = read("--preset=quick", configs=configs)
    assert (quick.lr, quick.model.lstm_units) == (0.1, 8)


def test_a_preset_may_choose_a_departure(configs: Path) -> None:
    (configs / "preset" / "broad.yaml").write_text("model: wide\nlr: 0.5\n", encoding="utf-8")
    broad = read("preset=broad", "--model.dropout", "0.6", configs=configs)
    assert (broad.lr, broad.model) == (0.5, Model(lstm_units=512, dropout=0.6))
    (configs / "preset" / "broad.yaml").write_text("model: broad\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"broad.yaml cannot be composed: .*model/broad"):
        read("preset=broad", configs=configs)


def test_an_unknown_departure_names_the_nearest(configs: Path) -> None:
    with pytest.raises(InputError, match="unknown option of the group model: 'wyde'; nearest: wide"):
        read("model=wyde", configs=configs)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lstm_unit: 3\n", r"wide.yaml: 'model.lstm_unit'; nearest: model.lstm_units"),
        ("lstm_units: many\n", r"wide.yaml: model.lstm_units is 'many'; it must be a whole number"),
        ("lstm_units: [1\n", r"wide.yaml cannot be composed: "),
        ("lstm_units: ${nothing}\n", r"wide.yaml cannot be composed: "),
    ],
)
def test_a_broken_departure_is_named(configs: Path, text: str, sentence: str) -> None:
    (configs / "model" / "wide.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence) as refusal:
        read("model=wide", configs=configs)
    assert "\n" not in str(refusal.value)


def test_precedence_is_default_departure_file_command_line(configs: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text("model: {dropout: 0.5, hidden_dims: [7]}\nlr: 1e-2\n", encoding="utf-8")
    found = read("--hidden-dims", "9", "--config", str(file), "model=wide", configs=configs)
    assert found.model == Model(lstm_units=512, dropout=0.5, hidden_dims=(9,))
    assert found.lr == 0.01


def test_a_config_file_may_choose_a_departure(configs: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text('{"model": "wide", "model.dropout": 0.25}', encoding="utf-8")
    assert read(f"config={file}", configs=configs).model == Model(lstm_units=512, dropout=0.25)


def test_a_snapshot_reads_back_as_the_same_config(tmp_path: Path) -> None:
    config = Train(data=Data(Path("a b"), genre="jazz"), split=Split.VALIDATION, tags=["x", "y"], export=False)
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config_snapshot(config)), encoding="utf-8")
    assert read("--config", str(file)) == config


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("run.json", '{"lrr": 1}', r"unknown field in .*run.json: 'lrr'; nearest: lr"),
        ("run.json", '{"model": 3}', r"'model' is a group; it holds fields, not '3'"),
        ("run.json", "[1]", "must hold fields and their values"),
        ("run.json", "{", "line 1: not valid JSON"),
        ("run.yaml", "lr: [", "is not valid YAML"),
        ("run.yaml", b"\xff", "is not UTF-8"),
        ("run.yaml", "dropout: 1", "'dropout' is ambiguous; write model.dropout or data.dropout"),
        ("run.yaml", "lr: true", r"run.yaml: lr is 'True'; it must be a number"),
        ("run.yaml", "model: wide", "'model' is a group without named options"),
    ],
)
def test_a_wrong_config_file_is_named(tmp_path: Path, name: str, text: str | bytes, sentence: str) -> None:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=sentence) as refusal:
        read("--config", str(file))
    assert "\n" not in str(refusal.value)


@dataclasses.dataclass
class Listen:
    """Files to listen to."""

    files: list[str] = option([], help="audio files", plain_words=True)
    plot: bool = option(False, help="draw")
    format: str = option("lab", help="how")


def test_words_without_a_flag_go_to_the_list_that_takes_them() -> None:
    found = parse(Listen, ["one.mp3", "--format", "json", "two=2.wav", "--plot", "three.flac", "format=jams"])
    assert found == Listen(["one.mp3", "two=2.wav", "three.flac"], plot=True, format="jams")
    assert parse(Listen, ["--files", "a.wav", "b.wav"]).files == ["a.wav", "b.wav"]
    assert parse(Listen, []).files == []
    with pytest.raises(InputError, match="cannot use the word 'one"):
        parse(Train, ["one.mp3"])
