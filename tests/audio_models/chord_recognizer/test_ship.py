"""What ships is complete and free, says what it learned from, and can be gone on with."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio_models.chord_recognizer import run_folder, ship, train
from audio_models.chord_recognizer.config import ShipConfig
from audio_models.training.checkpoints import BEST
from shared.errors import ConsortError
from shared.files import read_json, write_json
from tests.audio_models.chord_recognizer.conftest import tiny_config

RATE = 44_100


@pytest.fixture
def ready(run: Path, tmp_path: Path) -> Path:
    """Return a tuned copy of the tiny run."""
    folder = tmp_path / "ready"
    shutil.copytree(run, folder)
    write_json(folder / run_folder.DECODER_FILE, {"self_transition": 0.9})
    return folder


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """Return a folder with one set of one recording."""
    folder = tmp_path / "sets" / "isolated"
    (folder / "audio").mkdir(parents=True)
    (folder / "labels").mkdir()
    time_s = np.arange(6 * RATE) / RATE
    sound = sum(0.2 * np.sin(2 * np.pi * pitch * time_s) for pitch in (261.6, 329.6, 392.0))
    soundfile.write(folder / "audio" / "c.wav", sound, RATE)
    (folder / "labels" / "c.lab").write_text("0.0\t6.0\tC:maj\n", encoding="utf-8")
    return folder.parent


@pytest.mark.slow
def test_what_ships_is_complete_and_can_be_gone_on_with(ready: Path, sets: Path, cache: Path, tmp_path: Path) -> None:
    target = tmp_path / "weights"
    ship.ship(ShipConfig(checkpoint=str(ready), output_dir=str(target), sets_dir=sets, sets="isolated"))
    names = {path.name for path in target.iterdir()}
    assert {"chord_recognizer.onnx", "chord_recognizer.json", "chord_recognizer.md", BEST} <= names
    assert read_json(target / "chord_recognizer.json")["settings"]["self_transition"] == 0.9
    card = (target / "chord_recognizer.md").read_text(encoding="utf-8")
    assert "| planted |" in card
    assert "| | isolated |" in card
    assert (target / BEST).stat().st_size < (ready / BEST).stat().st_size
    config = tiny_config(cache, tmp_path / "next", "next", epochs=1)
    config.finetune_from, config.export = str(target), False
    assert np.isfinite(train.train(config))


def test_a_run_on_songs_that_are_not_free_is_refused(ready: Path, sets: Path) -> None:
    write_json(ready / run_folder.SOURCES_FILE, {"licence": {"": 3, "GPL-3.0": 5}})
    with pytest.raises(ConsortError, match=r"GPL-3\.0"):
        ship.ship(ShipConfig(checkpoint=str(ready), sets_dir=sets, sets="isolated"))


def test_a_run_that_was_not_tuned_is_refused(ready: Path, sets: Path) -> None:
    (ready / run_folder.DECODER_FILE).unlink()
    with pytest.raises(ConsortError, match="tune"):
        ship.ship(ShipConfig(checkpoint=str(ready), sets_dir=sets, sets="isolated"))
