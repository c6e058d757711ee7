"""What the corpus promises to hold."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

from shared.music.conditions import GENRES, MOODS
from shared.music.grammar.plan import commissions, minors_per_mood, shuffle
from shared.music.moods import MOOD_TABLE

PLAN = commissions(7)


def test_every_genre_and_mood_has_five():
    cells = Counter((item.genre, item.mood) for item in PLAN)
    assert set(cells.values()) == {5}
    assert len(cells) == len(GENRES) * len(MOODS) == 216


def test_splits_are_864_162_54_and_four_of_each_five_are_for_training():
    assert Counter(item.split for item in PLAN) == {"train": 864, "validation": 162, "test": 54}
    assert set(Counter((item.genre, item.mood) for item in PLAN if item.split == "train").values()) == {4}
    tests = Counter(item.mood for item in PLAN if item.split == "test")
    assert set(tests.values()) == {2}
    assert set(Counter(item.genre for item in PLAN if item.split == "test").values()) <= {6, 7}


def test_each_of_24_keys_has_45_and_every_genre_has_all_keys():
    assert set(Counter((item.mode, item.tonic) for item in PLAN).values()) == {45}
    for genre in GENRES:
        keys = Counter((item.mode, item.tonic) for item in PLAN if item.genre == genre)
        assert len(keys) == 24
        assert max(keys.values()) - min(keys.values()) <= 4


def test_minor_rises_with_the_mood_table():
    counts = minors_per_mood()
    assert sum(counts.values()) == 540
    by_preference = sorted(MOODS, key=lambda mood: MOOD_TABLE[mood].prefers_minor)
    assert all(counts[a] <= counts[b] for a, b in pairwise(by_preference))
    assert Counter(item.mood for item in PLAN if item.mode == "minor") == counts


def test_the_seed_decides_the_plan():
    assert commissions(7) == PLAN
    assert commissions(8) != PLAN


def test_a_shuffle_loses_nothing():
    items = list(range(30))
    shuffle(items, Random(1))
    assert items != list(range(30))
    assert sorted(items) == list(range(30))
