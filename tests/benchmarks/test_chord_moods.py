"""Moods that a model obeys correlate with what they ask for; moods that it does not hear do not."""

import pytest

from benchmarks.chord_moods import genres_with_moods, measure_moods, wishes
from shared.errors import InputError
from shared.music.conditions import GENRE, KEY, MOOD, MOODS, SCALE_TYPE

GENRES = ("folk", "pop")


@pytest.fixture(scope="module")
def figures(toy_model, toy_songs):
    """Rows by what they measure, and bars, of an obedient and of a deaf model."""

    def of(model):
        rows, bars = measure_moods(model, toy_songs.train, GENRES, per_genre=12, seed=0)
        return {row["measure"].removeprefix("mood: rank correlation of "): row for row in rows}, bars

    return {"obedient": of(toy_model()), "deaf": of(toy_model(deaf=True))}


def test_an_obedient_model_goes_where_the_moods_point(figures):
    rows, bars = figures["obedient"]
    minor = rows["minor chords"]
    assert minor["generated"] > 0.9 > 0.5 > minor["chance"]
    assert minor["n"] == 27 * 24
    held = {bar.name: bar.holds for bar in bars}
    assert held["mood: rank correlation of minor chords"]
    assert held["mood: moods on the wrong side, minor chords"]
    assert len(bars) == 2 * len(rows) == 8


def test_a_deaf_model_goes_nowhere(figures):
    rows, bars = figures["deaf"]
    # The same random numbers for every mood: without a mood's influence the very same chords.
    assert rows["minor chords"]["generated"] == 0.0
    assert not next(bar for bar in bars if bar.name == "mood: rank correlation of minor chords").holds


def test_the_pace_comes_from_the_arrangement(figures):
    assert figures["deaf"][0]["chords per minute, as arranged"]["generated"] > 0.95


def test_every_mood_is_asked_for_alike():
    asked = wishes("joy", GENRES, 3)
    assert [GENRE.value(one.genre) for one in asked] == ["folk"] * 3 + ["pop"] * 3
    assert {one.mood for one in asked} == {MOOD.id("joy")}
    assert {one.mood for one in wishes(None, GENRES, 3)} == {MOOD.unspecified}
    assert {(one.key, one.scale_type) for one in asked} == {(KEY.unspecified, SCALE_TYPE.unspecified)}
    assert len(MOODS) == 27


def test_only_genres_whose_songs_have_moods_are_asked_for(toy_songs):
    assert set(genres_with_moods(toy_songs.train, at_least=8)) == {"folk", "pop", "jazz"}
    with pytest.raises(InputError, match="no mood can have been learnt"):
        genres_with_moods(toy_songs.train, at_least=41)
