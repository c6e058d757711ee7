"""How far an int8 model is from the float32 one is counted over the chords of whole songs, and nothing else."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from sequence_models.chord_generator import quantized
from sequence_models.chord_generator.quantized import Agreement, agreement, export_int8
from sequence_models.chord_generator.run_folder import STEP_MODEL
from shared.decoding.progression import Conditions
from shared.music.chord_tokens import N_TOKENS, START_ID


class _Toy:
    """A step model that expects the same chord again; after START or an unsure chord it leans to the next one."""

    def __init__(self, unsure: int = -1) -> None:
        self.unsure = unsure
        self.rows: list[int] = []

    def initial_state(self, batch: int) -> None:
        self.rows.append(batch)

    def step(self, token_ids: np.ndarray, conditions: Conditions, state: None) -> tuple[np.ndarray, None]:
        probabilities = np.full((len(token_ids), N_TOKENS), 0.1 / N_TOKENS, np.float32)
        leaning = token_ids + np.isin(token_ids, (START_ID, self.unsure))
        probabilities[np.arange(len(token_ids)), leaning] += 0.6
        probabilities[np.arange(len(token_ids)), token_ids] += 0.3
        return probabilities, state


def test_agreement_counts_each_chord_once_and_no_padding() -> None:
    songs = [np.full(length, chord, np.int32) for length, chord in ((4, 50), (10, 60), (6, 70))]
    found = agreement(_Toy(), _Toy(unsure=60), songs)
    wrong = 9  # the chords of the second song that follow a 60
    likely, leaning = 0.9 + 0.1 / N_TOKENS, 0.3 + 0.1 / N_TOKENS
    assert found.positions == 20
    assert found.argmax_agreement == pytest.approx(1 - wrong / 20)
    assert found.perplexity_ratio == pytest.approx((likely / leaning) ** (wrong / 20), rel=1e-5)


def test_models_that_are_one_agree_wholly() -> None:
    songs = [np.arange(3, 3 + length, dtype=np.int32) for length in range(5, 40)]
    assert agreement(_Toy(), _Toy(), songs) == Agreement(sum(map(len, songs)), 1.0, 1.0)


def test_no_more_songs_and_chords_than_an_export_has_time_for() -> None:
    songs = [np.full(5, 50, np.int32)] * 999 + [np.full(300, 50, np.int32)]
    exact = _Toy()
    assert agreement(exact, _Toy(), songs).positions == 255 * 5 + 256
    assert sum(exact.rows) == 256


@pytest.mark.parametrize(("floor", "warnings"), [(0.0, 0), (1.1, 1)])
def test_too_little_agreement_is_warned_of(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    floor: float, warnings: int,
) -> None:  # fmt: skip
    for name in (STEP_MODEL, STEP_MODEL.replace(".onnx", ".json")):
        shutil.copy(run / name, tmp_path / name)
    monkeypatch.setattr(quantized, "AGREEMENT_FLOOR", floor)
    with caplog.at_level(logging.WARNING, logger=quantized.__name__):
        found = export_int8(run, tmp_path)
    assert len([record for record in caplog.records if "ship the float32 model" in record.message]) == warnings
    assert 0.9 < found["argmax_agreement"] <= 1
    assert 0 < found["size_ratio"] < 1
