"""A model that obeys the genre is told; one that does not is not; the judge never learns what it judges."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.chord_corpus import compose
from benchmarks.chord_genres import cross_validated, equally_long, genre_wishes, measure_genres, trained_judge
from shared.metrics.genre_bayes import GenreBayes, accuracy
from shared.music.conditions import KEY, SCALE_TYPE


def test_an_obedient_model_is_told_and_a_deaf_one_is_at_chance(toy_model, toy_songs):
    judge, trust, bar = trained_judge(toy_songs)
    assert bar.holds
    assert [row["real"] > 0.9 for row in trust] == [True, True]
    rows, made, played = measure_genres(toy_model(), judge, toy_songs, 30, seed=0)
    assert len(made) == len(played) == 90
    everything, *each, scaled = rows
    assert everything["generated"] > 0.9
    assert scaled["generated"] > 0.9
    assert everything["real"] > 0.9
    assert everything["chance"] == pytest.approx(1 / 3)
    assert [one["of"] for one in each] == list(toy_songs.genres)
    deaf, *_ = measure_genres(toy_model(deaf=True), judge, toy_songs, 30, seed=0)
    assert deaf[0]["generated"] == pytest.approx(1 / 3, abs=0.1)
    assert "taken for folk" in deaf[1]["note"]


def test_wishes_have_keys_of_the_genre_and_a_scale_where_asked(toy_songs):
    open_scale, scaled = (genre_wishes(toy_songs, 5, 0, scale) for scale in (False, True))
    assert len(open_scale) == 15
    assert {wish.scale_type for wish in open_scale} == {SCALE_TYPE.unspecified}
    assert {wish.scale_type for wish in scaled} == {SCALE_TYPE.id("major")}
    assert [wish.key for wish in open_scale] == [wish.key for wish in scaled]
    assert all(wish.key != KEY.unspecified for wish in scaled)


def test_real_openings_are_no_longer_than_what_they_stand_beside(toy_model, toy_songs):
    made = compose(toy_model(), genre_wishes(toy_songs, 20, 0), seed=0)
    played = equally_long(made, toy_songs.held_out, seed=0)
    for one, (song, ended) in zip(made, played, strict=True):
        assert song.genre == one.song.genre
        assert len(song.tokens) <= len(one.tokens)
        assert ended or len(song.tokens) == len(one.tokens)


def test_versions_of_one_song_are_not_learnt_when_it_is_judged(toy_songs):
    """Three versions of a song whose chords nobody else plays: only who has learnt one of them can tell the genre."""
    jazz = next(one for one in toy_songs.train if one.song.genre == "jazz")
    strange = replace(jazz.song, tokens=np.array([10, 20, 30, 40]), genre="latin")
    versions = [replace(jazz, song=strange, group="one song")] * 3
    plain = replace(strange, tokens=np.array([50, 60]))
    others = [replace(jazz, song=plain, group=f"another {index}") for index in range(12)]
    songs, genres = [*toy_songs.train, *versions, *others], ("folk", "pop", "jazz", "latin")
    judge = GenreBayes(genres, 0.01).fit(one.song for one in songs)
    assert judge.predict(strange) == "latin"
    table = cross_validated(judge, songs)
    assert table[3].tolist() == [3, 0, 0, 12]  # nothing speaks for any genre: the first
    assert accuracy(table[:3]) > 0.8
