"""The controls: closed forms against slow ones, and tags that go together are found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.ranking import hide
from shared.metrics.tag_controls import Controls, PairCounts, completion


def clips(count: int = 400, seed: int = 0) -> np.ndarray:
    """Return clips of two worlds: items 0-4 go together, and so do 5-9."""
    rng = np.random.default_rng(seed)
    world = rng.integers(0, 2, count)[:, None]
    own = (np.arange(10) // 5)[None] == world
    rows = np.where(own, rng.random((count, 10)) < 0.7, rng.random((count, 10)) < 0.05)
    rows[:, :2] |= world == 0
    rows[:, 5:7] |= world == 1
    return rows.astype(np.float32)


def test_ease_is_the_ridge_regression_of_each_item_on_the_others() -> None:
    rows = clips().astype(np.float64)
    scores = PairCounts.of(rows).ease(20.0)(np.eye(10))
    for item in range(10):
        others = [other for other in range(10) if other != item]
        gram = rows[:, others].T @ rows[:, others] + 20.0 * np.eye(9)
        weights = np.linalg.solve(gram, rows[:, others].T @ rows[:, item])
        np.testing.assert_allclose(scores[others, item], weights, atol=1e-9)
        assert scores[item, item] == 0


def test_principal_components_from_counts_are_those_of_the_clips() -> None:
    rows = clips().astype(np.float64)
    mean = rows.mean(axis=0)
    directions = np.linalg.svd(rows - mean, full_matrices=False)[2][:3]
    expected = (rows - mean) @ directions.T @ directions + mean
    np.testing.assert_allclose(PairCounts.of(rows).pca(3)(rows), expected, atol=1e-8)


def test_popularity_asks_nobody() -> None:
    rows = clips()
    scores = PairCounts.of(rows).popularity()(np.zeros((2, 10)))
    np.testing.assert_array_equal(scores, np.tile(rows.sum(axis=0), (2, 1)))


def test_what_goes_together_is_found_and_settings_are_kept(tmp_path: Path) -> None:
    asked = [hide(clips(seed=1)[clips(seed=1).sum(axis=1) >= 2], 0.5)]
    controls = Controls.fit(clips(), asked)
    scores = {name: completion(scorer, asked)["ndcg_at_10"] for name, scorer in controls.scorers().items()}
    assert scores["ease"] > scores["popularity"] + 0.1
    assert scores["pca"] > scores["popularity"]
    controls.save(tmp_path / "controls.npz")
    read = Controls.load(tmp_path / "controls.npz")
    assert (read.l2, read.components) == (controls.l2, controls.components)
    for name, scorer in read.scorers().items():
        np.testing.assert_allclose(scorer(asked[0].known), controls.scorers()[name](asked[0].known))


def test_another_file_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", pairs=np.eye(2))
    with pytest.raises(InputError, match="does not hold the controls"):
        Controls.load(tmp_path / "other.npz")
