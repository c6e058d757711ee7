"""The first progression: by whom, before what, and from which weights."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from shared.cli import parse
from shared.errors import InputError
from shared.runs import PROJECT_ROOT
from studio import opening
from studio.config import DemoConfig
from studio.opening import aligned, play_opening
from studio.room_process import environment
from studio.set_list import LENGTH, SET_LIST
from studio.weights import Weights
from tests.studio.planted_model import FAVOURITES, plant
from tests.tree import imports

SLOW = ("pretty_midi", "mido", "scipy", "soundfile", "librosa", "tensorflow", "hydra", "yaml", "onnx")


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    return Weights("shipped", "the weights that ship with Consort", plant(tmp_path / "chord_generator"))


def test_the_opening_is_the_verse_of_the_song(
    weights: Weights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "ready_weights", lambda config: weights)
    played = play_opening(DemoConfig(genre="folk", verse_mood="awe", key="C:major"))
    said = capsys.readouterr().out
    assert played is not None
    verse = played.composition.verse
    assert played.composition.by == weights
    assert len(verse.chords) == LENGTH
    assert set(verse.names) <= set(FAVOURITES)
    assert [take.genre for take in played.composition.takes] == [request.genre for request in SET_LIST]
    head, _, names, romans = said.splitlines()
    assert head.startswith("A first progression (folk, awe, C major) by the weights that ship with Consort")
    assert names.split() == verse.names
    assert romans.split() == verse.romans


def test_without_ready_weights_nothing_is_played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "ready_weights", lambda config: None)
    assert play_opening(DemoConfig()) is None
    assert capsys.readouterr().out == ""


def test_a_run_that_is_none_is_refused_before_the_training(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no run of the chord generator: it has no chord_generator_step\.onnx"):
        play_opening(DemoConfig(checkpoint=str(tmp_path)))


def test_columns_are_aligned() -> None:
    assert aligned((["C", "Fmaj7"], ["I", "IV"]), indent=2) == "  C  Fmaj7\n  I  IV"


def test_the_first_progression_waits_for_nothing_slow(weights: Weights) -> None:
    code = (
        "import sys, studio.demo; from studio.config import DemoConfig; from studio.opening import play_opening;"
        f"play_opening(DemoConfig(checkpoint={str(weights.folder)!r}));"
        f"print('slow:', *(name for name in {SLOW} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_ROOT, env=environment({})
    )
    assert done.stdout.startswith("A first progression")
    assert done.stderr.strip() == "slow:"


def test_the_demo_opens_before_it_loads_the_rest() -> None:
    source = PROJECT_ROOT / "studio" / "demo.py"
    body = ast.parse(source.read_text(encoding="utf-8")).body
    at_the_top = [node.module for node in body if isinstance(node, ast.ImportFrom)]
    assert "studio.production" in imports(source)
    assert "studio.production" not in at_the_top


def test_the_run_to_compose_with_is_a_flag(weights: Weights) -> None:
    assert parse(DemoConfig, ["--checkpoint", str(weights.folder)]).checkpoint == str(weights.folder)
