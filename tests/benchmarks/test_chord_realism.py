"""Music of the same making is as near as two halves of it; other music is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import chord_realism
from benchmarks.chord_corpus import MAX_LENGTH, compose
from benchmarks.chord_realism import GENERATED, NGRAM, compare, drawn_wishes, fitted_ngram, measure
from shared.errors import InputError
from shared.music.conditions import MOOD, SCALE_TYPE


def held_out(toy_songs):
    return [*toy_songs.train, *toy_songs.held_out]


def test_the_makers_of_the_songs_are_near_and_a_deaf_model_is_far(toy_model, toy_songs):
    songs = held_out(toy_songs)
    models = {GENERATED: toy_model(deaf=True), NGRAM: fitted_ngram(toy_songs.train)}
    rows, bars = compare(models, songs, 120, seed=0)
    assert [row["from real songs"] for row in rows] == [GENERATED] * 3 + [NGRAM] * 3
    assert not any(bar.holds for bar in bars)
    assert len(bars) == 3
    deaf, ngram = rows[2], rows[5]
    assert ngram["ratio"] < deaf["ratio"]
    assert deaf["ratio"] == pytest.approx(deaf["distance"] / deaf["real from real"])
    assert deaf["in each set"] == len(songs) // 2


def test_a_model_beside_its_own_music_holds_the_bars(toy_model, toy_songs):
    made = compose(toy_model(), [one.asked for one in held_out(toy_songs)], seed=7)
    songs = [replace(one, song=new.song) for one, new in zip(held_out(toy_songs), made, strict=True)]
    _, bars = compare({GENERATED: toy_model()}, songs, 180, seed=0)
    assert all(bar.holds for bar in bars)
    assert all(bar.value > 0.5 for bar in bars)


def test_each_song_asks_once_before_any_asks_again(toy_songs):
    songs = toy_songs.held_out
    wishes = drawn_wishes(songs, 2 * len(songs), seed=0)
    first, second = wishes[: len(songs)], wishes[len(songs) :]
    wanted = sorted((one.asked.genre, one.asked.mood, one.asked.key) for one in songs)
    for part in (first, second):
        assert sorted((one.genre, one.mood, one.key) for one in part) == wanted
    assert {one.scale_type for one in wishes} == {SCALE_TYPE.unspecified}
    assert {one.mood for one in wishes} != {MOOD.unspecified}
    assert len(drawn_wishes(songs, 5, seed=0)) == 5


def test_real_songs_are_cut_where_generated_ones_are(toy_model, toy_songs):
    long = [
        type(one)(
            type(one.song)(np.tile(one.song.tokens, 9), one.song.tonic, "toy", one.song.genre), one.asked, one.group
        )
        for one in toy_songs.held_out
    ]
    rows, _ = compare({GENERATED: toy_model()}, long, 40, seed=0)
    assert rows[2]["median chords, real"] == MAX_LENGTH
    assert rows[0]["median chords"] == rows[0]["median chords, real"] == 16


def test_too_few_songs_are_refused(toy_model, toy_songs):
    with pytest.raises(InputError, match="long enough"):
        compare({GENERATED: toy_model()}, toy_songs.held_out[:3], 10, seed=0)


def test_the_figures_of_a_run(toy_model, toy_songs, monkeypatch):
    monkeypatch.setattr(chord_realism, "load_real_songs", lambda folder: toy_songs)
    monkeypatch.setattr(chord_realism, "open_model", lambda folder, guidance=0.0: toy_model())
    rows, bars = measure(Path("run"), count=60)
    assert [row["from real songs"] for row in rows[::3]] == [GENERATED, "generated without guidance", NGRAM]
    assert [bar.target for bar in bars] == [1.5] * 3
