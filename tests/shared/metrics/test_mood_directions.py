"""Rank correlations and sides of moods on planted figures."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.mood_directions import (
    DIRECTIONS,
    asked_for,
    mood_correlation,
    rank_correlation,
    shuffled_correlation,
    sides,
)
from shared.music.conditions import MOODS
from shared.music.moods import MOOD_TABLE


def test_rank_correlation_by_hand():
    assert rank_correlation([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1.0)
    assert rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1.0)
    # ranks 1 2 3 4 against 1.5 1.5 3 4: rho = 0.9487
    assert rank_correlation([1, 2, 3, 4], [5, 5, 6, 7]) == pytest.approx(0.9487, abs=1e-4)
    assert rank_correlation([1, 2, 3], [7, 7, 7]) == 0.0


def test_what_a_mood_asks_for_is_the_mood_table():
    assert asked_for("minor", "sadness") == MOOD_TABLE["sadness"].prefers_minor
    assert asked_for("harmonic rhythm", "excitement") > 1 > asked_for("harmonic rhythm", "calmness")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_music_that_obeys_correlates_and_music_that_does_not_does_not(direction):
    rng = np.random.default_rng(0)
    obeys = {mood: asked_for(direction, mood) + rng.normal(0, 0.02, 20) for mood in MOODS}
    deaf = {mood: rng.normal(0, 1, 20) for mood in MOODS}
    assert mood_correlation(direction, obeys) > 0.95
    assert shuffled_correlation(direction, obeys, rounds=200) < 0.5
    assert abs(mood_correlation(direction, deaf)) < 0.5


def test_chance_over_27_moods_is_where_tables_have_it():
    """Critical value of Spearman's rho, one-sided 5 %, n = 27: 0.324 (Zar 1984, table B.20)."""
    values = {mood: [float(index)] for index, mood in enumerate(MOODS)}
    assert shuffled_correlation("minor", values, rounds=2000) == pytest.approx(0.324, abs=0.03)


def test_the_side_of_each_mood():
    minor = {"joy": [0.1, 0.2], "sadness": [0.6, 0.8], "nostalgia": [0.3, 0.5], "fear": [0.1, 0.3]}
    ordinary = asked_for("minor", "nostalgia")
    found = {side.mood: side for side in sides("minor", minor, [0.3, 0.5], ordinary)}
    assert set(found) == {"joy", "sadness", "fear"}  # nostalgia asks for what is ordinary
    assert [found[mood].agrees for mood in ("joy", "sadness", "fear")] == [True, True, False]
    assert found["sadness"].moved == pytest.approx(0.3)
    assert found["fear"].moved == pytest.approx(-0.2)


def test_a_contradiction_is_one_beyond_its_error():
    noise = np.random.default_rng(1).normal(0, 0.1, 100)
    base = 0.4 + noise
    # The same noise on both sides leaves no doubt; noise of their own does.
    (paired,) = sides("minor", {"sadness": base - 0.01}, base.tolist(), 0.4)
    (unpaired,) = sides("minor", {"sadness": 0.39 + noise[::-1][:90]}, base.tolist(), 0.4)
    assert paired.error < 1e-9 < unpaired.error
    assert paired.contradicts(2.0)
    assert not unpaired.contradicts(2.0)
    assert not unpaired.agrees


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: asked_for("colour", "joy"), "colour"),
        (lambda: asked_for("minor", "joyy"), "joy"),
        (lambda: rank_correlation([1, 2], [1]), "two rows"),
        (lambda: sides("minor", {"joy": [0.1]}, [0.2, 0.3], 0.5), "two progressions"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
