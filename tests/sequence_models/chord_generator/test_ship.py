"""What ships is complete, small, free of songs, and works where no run is."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import EvaluateConfig, GenerateConfig
from sequence_models.chord_generator.evaluate import evaluate
from sequence_models.chord_generator.generate import generate
from sequence_models.chord_generator.ship import main
from shared import shipped
from shared.files import read_json, write_json


@pytest.fixture(scope="module")
def free_run(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that learnt from free songs only."""
    folder = tmp_path_factory.mktemp("free") / "run"
    shutil.copytree(run, folder)
    settings = read_json(folder / run_folder.CONFIG_FILE)
    settings["data"]["permissive_only"] = True
    write_json(folder / run_folder.CONFIG_FILE, settings)
    return folder


@pytest.fixture(scope="module")
def weights(free_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of that run as they ship."""
    folder = tmp_path_factory.mktemp("root") / "chord_generator"
    assert main(["--checkpoint", str(free_run), "--output-dir", str(folder)]) == 0
    return folder


def test_three_models_with_signature_and_card_and_no_song(weights: Path) -> None:
    names = {path.name for path in weights.iterdir()}
    for stem in ("chord_generator", "chord_generator_step", "chord_generator_step_int8"):
        assert {f"{stem}.onnx", f"{stem}.json", f"{stem}.md"} <= names
    assert run_folder.SONGS_FILE not in names
    assert "state" not in names


def test_card_credits_the_corpora_and_shows_figures_beside_controls(weights: Path) -> None:
    text = (weights / "chord_generator_step_int8.md").read_text(encoding="utf-8")
    sources = read_json(weights / run_folder.SOURCES_FILE)
    assert {row["dataset"] for row in sources} == {"tiny", "other"}
    for row in sources:
        assert f"| {row['dataset']} | {row['songs']} | {row['licence']} |" in text
    figures = read_json(weights / run_folder.RESULTS_FILE)
    assert f"{figures['overall']['perplexity']:.2f} / {figures['overall']['accuracy']:.1%}" in text
    control = figures["controls"]["5-gram+cache"]["overall"]
    assert f"{control['perplexity']:.2f} / {control['accuracy']:.1%}" in text


def test_shipped_weights_are_scored_beside_the_same_controls_without_their_songs(
    weights: Path, free_run: Path, songs_file: Path
) -> None:
    found, expected = (
        evaluate(EvaluateConfig(checkpoint=str(folder), songs=str(songs_file), generated=12))
        for folder in (weights, free_run)
    )
    for name, control in expected["controls"].items():
        np.testing.assert_allclose(found["controls"][name]["overall"]["perplexity"], control["overall"]["perplexity"])
    assert found["overall"] == expected["overall"]
    assert "do not ship" in found["samples"]["copied_missing"]


def test_they_are_taken_when_nothing_is_named(
    weights: Path, run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def planted(model: str, having: str = "") -> Path | None:
        return shipped.shipped_folder(model, having, weights.parent)

    monkeypatch.setattr(run_folder, "shipped_folder", planted)
    having, runs = run_folder.STEP_MODEL, str(run.parents[1])
    assert run_folder.resolve("", runs, having, shipped_first=True) == weights
    assert run_folder.resolve("", runs, having) == run
    assert run_folder.resolve("", str(tmp_path), having) == weights
    monkeypatch.chdir(tmp_path)
    (progression,) = generate(GenerateConfig(length=6))
    assert len(progression.chords) == 6


def test_a_run_on_songs_of_any_licence_does_not_ship(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--checkpoint", str(run), "--output-dir", str(tmp_path / "out")]) == 2
    assert "train with data=shipped" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_too_large_does_not_ship(
    free_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--checkpoint", str(free_run), "--output-dir", str(tmp_path / "out"), "--max-mb", "0.001"]
    assert main(words) == 2
    assert "more than 0.001" in capsys.readouterr().err
