"""Counts of runs of tokens, by hand, and their sums for shorter runs."""

import numpy as np
import pytest

from shared.metrics.gram_counts import GramCounts, places
from shared.music.chord_tokens import END_ID, START_ID

A, B = 3, 4
SIZE = 5
SONGS = [np.array([A, B, A]), np.array([A, B])]


def as_dict(runs):
    return dict(zip(map(tuple, runs.grams.tolist()), runs.counts.tolist(), strict=True))


def test_runs_by_hand_begin_with_start_and_end_with_end():
    assert as_dict(GramCounts.of(SONGS, 3, SIZE)) == {
        (START_ID, START_ID, A): 2,
        (START_ID, A, B): 2,
        (A, B, A): 1,
        (B, A, END_ID): 1,
        (A, B, END_ID): 1,
    }
    assert as_dict(GramCounts.of(SONGS, 1, SIZE)) == {(A,): 3, (B,): 2, (END_ID,): 2}


@pytest.mark.parametrize("order", [1, 2, 3])
def test_shorter_runs_are_sums_of_longer_ones(order):
    rng = np.random.default_rng(order)
    songs = [rng.integers(A, 15, rng.integers(1, 40)) for _ in range(30)]
    long, short = GramCounts.of(songs, 4, 15), GramCounts.of(songs, order, 15)
    assert long.ending(order, 15).same_as(short)
    assert not long.same_as(short)


def test_runs_stand_in_the_order_of_their_tokens():
    runs = GramCounts.of([np.random.default_rng(5).integers(A, 15, 200)], 3, 15)
    assert (np.diff(runs.grams @ places(3, 15)) > 0).all()
    assert runs.grams.tolist() == sorted(runs.grams.tolist())
