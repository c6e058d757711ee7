"""Whose weights write the music: the user's before those that ship, and never the ones about to be replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import ConsortError, InputError
from studio import weights
from studio.config import DemoConfig
from studio.weights import checkpoint_of, ready_weights, require_reusable, trained_weights
from tests.studio.planted_model import plant


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the weights that ship."""
    folder = plant(tmp_path / "shipped")
    monkeypatch.setattr(weights, "shipped_folder", lambda model, having: folder)
    return folder


def test_the_weights_that_ship_are_ready_when_none_are_named(shipped: Path) -> None:
    ready = ready_weights(DemoConfig())
    assert ready is not None
    assert (ready.name, ready.folder) == ("shipped", shipped)
    assert ready.step_model.is_file()


def test_named_weights_come_before_those_that_ship(shipped: Path, tmp_path: Path) -> None:
    mine = plant(tmp_path / "mine")
    ready = ready_weights(DemoConfig(checkpoint=str(mine)))
    assert ready is not None
    assert (ready.name, ready.folder) == ("named", mine)
    assert str(mine) in ready.title


def test_where_none_ship_none_are_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "shipped_folder", lambda model, having: None)
    assert ready_weights(DemoConfig()) is None


def test_the_run_that_is_trained_anew_cannot_be_the_one_that_composes(tmp_path: Path) -> None:
    config = DemoConfig(checkpoint_root=str(tmp_path))
    config.checkpoint = str(plant(checkpoint_of(config)))
    with pytest.raises(InputError, match="about to be trained anew; add --reuse"):
        ready_weights(config)
    config.reuse = True
    assert ready_weights(config) is None  # it plays everything, as the demo's own


def test_what_weights_learned_from_is_said_in_words(tmp_path: Path) -> None:
    words = {
        ("real", False): "the chords of real songs",
        ("real", True): "openly licensed chords of real songs",
        ("embedded", True): "progressions that a grammar wrote",
        ("my_songs.txt", False): "my_songs.txt",
    }
    for (songs, permissive), expected in words.items():
        ready = ready_weights(DemoConfig(checkpoint=str(plant(tmp_path / "run", songs, permissive=permissive))))
        assert ready is not None
        assert ready.learned_from == expected


def test_a_reused_model_is_called_so(tmp_path: Path) -> None:
    config = DemoConfig(checkpoint_root=str(tmp_path))
    assert trained_weights(config).title == "the weights trained just now"
    config.reuse = True
    assert trained_weights(config).title == "the weights that the last demo trained"
    assert trained_weights(config).folder == tmp_path / "chord_generator" / "demo"
    with pytest.raises(ConsortError, match="no trained model to reuse"):
        require_reusable(config)
