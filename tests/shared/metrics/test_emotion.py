"""Rank correlation and ridge against known answers; features of planted notes are what a musician would say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from shared.errors import InputError
from shared.metrics.emotion import Ridge, held_out, pearson, r2, spearman
from shared.metrics.emotion_features import FEATURES, features_of
from shared.music.note_table import NoteTable

Row = tuple[int, int, float, float, int, bool]
C_MAJOR, A_MINOR = (60, 64, 67), (57, 60, 64)


def chords(pitches: tuple[int, ...], gap: float = 1.0, length: float = 0.9, velocity: int = 64) -> list[Row]:
    return [(pitch, velocity, beat * gap, length, 0, False) for beat in range(8) for pitch in pitches]


def feature(rows: list[Row], name: str) -> float:
    return float(features_of(NoteTable.of_rows(rows))[FEATURES.index(name)])


def test_correlations_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 5, 40), rng.normal(size=40)
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second)[0])
    assert pearson(first, second) == pytest.approx(stats.pearsonr(first, second)[0])
    assert spearman([1, 1, 1], [1, 2, 3]) == 0
    assert r2([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == 1
    assert r2([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]) == 0


def test_ridge_finds_a_plane_and_holds_groups_apart() -> None:
    rng = np.random.default_rng(1)
    features = np.c_[rng.normal(size=(60, 2)), np.ones(60)]
    targets = features[:, :2] @ np.array([[2.0, 0.0], [-1.0, 3.0]]) + 5.0
    np.testing.assert_allclose(Ridge.fit(features, targets, 0.0 + 1e-9).predict(features), targets, atol=1e-6)
    # What only a group's number tells cannot be said of a group that was kept out.
    groups = [f"song {index % 20}" for index in range(60)]
    private = np.array([[float(index % 20)] for index in range(60)])
    one_hot = np.eye(20)[private[:, 0].astype(int)]
    assert r2(private[:, 0], held_out(one_hot, private, groups)[:, 0]) < 0.1
    assert r2(private[:, 0], Ridge.fit(one_hot, private).predict(one_hot)[:, 0]) > 0.3


def test_features_say_what_changed() -> None:
    plain = chords(C_MAJOR)
    assert feature(plain, "velocity") == pytest.approx(64 / 127)
    assert feature(plain, "pulse") == pytest.approx(0.0)
    assert feature(plain, "onset_rate") == pytest.approx(np.log2(8 / 7))
    assert feature(plain, "note_rate") == pytest.approx(np.log2(24 / 7))
    assert feature(plain, "articulation") == pytest.approx(0.9)
    assert feature(plain, "polyphony") == 3
    assert feature(plain, "duration") == pytest.approx(np.log2(0.9))
    assert feature(plain, "top") == pytest.approx(7 / 12)
    assert feature(plain, "bass") == 0
    assert feature(chords(C_MAJOR, gap=0.5, length=0.4), "pulse") == pytest.approx(1.0)
    assert feature(chords(C_MAJOR, velocity=127), "velocity") == 1
    assert feature(plain, "major") > 0 > feature(chords(A_MINOR), "major")
    assert feature(plain, "third") == 1
    assert feature(chords(A_MINOR), "third") == -1
    assert feature(chords((60, 61, 62)), "dissonance") > feature(plain, "dissonance")
    assert feature(plain, "chromatic") == pytest.approx(0.0)
    assert feature([*plain, (61, 64, 0.5, 2.0, 0, False)], "chromatic") > 0.05


def test_drums_are_left_out_and_silence_is_refused() -> None:
    drums = [(36, 120, 0.25 * step, 0.1, 0, True) for step in range(64)]
    np.testing.assert_allclose(
        features_of(NoteTable.of_rows([*chords(C_MAJOR), *drums])), features_of(NoteTable.of_rows(chords(C_MAJOR)))
    )
    with pytest.raises(InputError, match="fewer than two onsets"):
        features_of(NoteTable.of_rows(drums))
