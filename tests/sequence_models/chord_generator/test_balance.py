"""Songs of rare genres are drawn more often, as often as was said, and an epoch keeps its size."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sequence_models.chord_generator.balance import draw_balanced
from sequence_models.chord_generator.config import DataConfig
from sequence_models.chord_generator.data import load_splits
from sequence_models.chord_generator.stretches import TrainingStretches
from sequence_models.chord_generator.windows import TrainingWindows
from tests.sequence_models.chord_generator.conftest import tiny_model

GENRES = ["jazz"] * 900 + ["latin"] * 100


@pytest.mark.parametrize(("balance", "latin"), [(0.0, 100), (0.5, 250), (1.0, 500)])
def test_rare_genres_come_more_often(balance: float, latin: int) -> None:
    drawn = draw_balanced(GENRES, balance, np.random.default_rng(0))
    counts = Counter(GENRES[place] for place in drawn)
    assert len(drawn) == len(GENRES)
    assert counts["latin"] == pytest.approx(latin, abs=2)
    times = np.bincount(drawn, minlength=len(GENRES))
    assert times[900:].max() - times[900:].min() <= 1  # no song of a genre is favoured
    assert balance or times.tolist() == [1] * len(GENRES)


@pytest.mark.parametrize("kind", [TrainingStretches, TrainingWindows])
def test_epochs_keep_their_size_and_repeat_exactly(
    kind: type[TrainingStretches] | type[TrainingWindows], songs_file: Path
) -> None:
    data = DataConfig(songs=str(songs_file), balance=1.0)
    songs = load_splits(data).train
    drawn = [kind(songs, tiny_model(), data, 4, seed=3) for _ in range(2)]
    sizes = []
    for epoch in range(3):
        for one in drawn:
            one.begin_epoch(epoch)
        first, second = ([one[index] for index in range(len(one))] for one in drawn)
        sizes.append(sum(len(targets) for _, targets, _ in first))
        for (_, targets, _), (_, others, _) in zip(first, second, strict=True):
            np.testing.assert_array_equal(targets, others)
    assert len(set(sizes)) == 1
