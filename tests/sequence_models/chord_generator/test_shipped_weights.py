"""The weights in `checkpoints/chord_generator`: free, small, whole, and better than memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import DataConfig
from sequence_models.chord_generator.data import load_splits
from sequence_models.chord_generator.encoding import EncodedSong, metric_song
from sequence_models.chord_generator.evaluate import fitted_controls
from sequence_models.chord_generator.quantized import AGREEMENT_FLOOR, agreement
from sequence_models.chord_generator.scoring import score_songs
from sequence_models.chord_generator.step_chain import verify_chain
from shared.datasets.licences import may_ship
from shared.decoding.onnx_step import OnnxStepModel
from shared.export.verify import refuse_forbidden_nodes
from shared.files import read_json
from shared.metrics.controls import score_control
from shared.metrics.sequences import score_tables
from shared.runs import PROJECT_ROOT
from shared.runtime import OnnxModel
from shared.shipped import CHECKPOINTS

WEIGHTS = CHECKPOINTS / "chord_generator"
MODELS = (run_folder.WINDOW_MODEL, run_folder.STEP_MODEL, run_folder.INT8_MODEL)


@pytest.fixture(scope="module")
def unseen() -> list[EncodedSong]:
    """The test songs of the embedded corpus."""
    return load_splits(DataConfig()).test


@pytest.mark.parametrize("name", MODELS)
def test_each_model_is_small_and_has_signature_and_card(name: str) -> None:
    path = WEIGHTS / name
    assert path.stat().st_size <= 5e6
    refuse_forbidden_nodes(path)
    assert read_json(path.with_suffix(".json"))["version"]
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    assert "5-gram+cache" in card
    assert "CC-BY-SA-4.0" in card


def test_every_record_they_learnt_from_may_be_given_away() -> None:
    _, data = run_folder.read_settings(WEIGHTS)
    assert data.permissive_only
    sources = read_json(WEIGHTS / run_folder.SOURCES_FILE)
    assert sum(row["songs"] for row in sources) > 3000
    assert [row for row in sources if not may_ship(row["licence"])] == []


def test_step_model_is_the_full_model() -> None:
    parity = verify_chain(WEIGHTS / run_folder.WINDOW_MODEL, WEIGHTS / run_folder.STEP_MODEL, lengths=(40,))
    assert parity.max_difference <= 1e-5


def test_int8_model_chooses_alike(unseen: list[EncodedSong]) -> None:
    assert read_json(WEIGHTS / run_folder.INT8_FILE)["argmax_agreement"] >= AGREEMENT_FLOOR
    exact, small = (OnnxStepModel(WEIGHTS / name) for name in (run_folder.STEP_MODEL, run_folder.INT8_MODEL))
    songs = [song.tokens[1:-1] for song in unseen]
    assert agreement(exact, small, songs).argmax_agreement >= 0.98  # 1,500 chords: a wider margin


def test_they_beat_memory_on_songs_that_they_never_saw(unseen: list[EncodedSong]) -> None:
    model = OnnxModel(WEIGHTS / run_folder.WINDOW_MODEL)
    found = score_tables(score_songs(model, unseen, 2048))["overall"]
    control = fitted_controls(WEIGHTS)["5-gram+cache"]
    memory = score_control(control, [metric_song(song) for song in unseen])["overall"]
    assert found["n"] == memory["n"] > 1000
    assert found["perplexity"] < 0.9 * memory["perplexity"]


def test_generate_takes_them_from_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sequence_models.chord_generator.generate", "--length", "4", "--json", "out.json"]
    environment = {"PYTHONPATH": str(PROJECT_ROOT), "PATH": ""}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    (progression,) = read_json(tmp_path / "out.json")
    assert len(progression["chords"]) == 4
