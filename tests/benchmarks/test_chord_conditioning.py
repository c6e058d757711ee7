"""Key adherence and copying on planted answers; all parts together on toys."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import chord_conditioning
from benchmarks.chord_conditioning import key_wishes, measure, measure_copies, measure_keys
from benchmarks.chord_corpus import Asked, Made
from shared.music.conditions import GENRE, SCALE_TYPE
from shared.music.keys import Key


def test_chords_in_key_by_mode_and_genre(toy_model, toy_songs):
    rows, bars = measure_keys(toy_model(), toy_songs, 1, seed=0)
    of = {(row["measure"], row["of"]): row for row in rows}
    major = of["chords in key, major", "all genres alike"]
    # Folk and pop keep to the scale, and the genre that is open is folk; jazz has an A7 in four chords.
    assert of["chords in key, major", "folk"]["generated"] == 1.0
    assert of["chords in key, major", "genre open"]["generated"] == 1.0
    assert of["chords in key, major", "jazz"]["generated"] < 1.0
    assert of["chords in key, major", "pop"]["n"] == 12
    assert major["n"] == 48
    assert major["real"] > 0.8 > 0.3 > major["chance"]
    assert of["chords in key, minor", "all genres alike"]["real"] is None  # no toy song is minor
    assert [bar.name for bar in bars] == ["key adherence in major", "key adherence in minor"]
    assert not bars[1].holds  # the toys know the tonic only


def test_every_key_is_asked_for_in_every_genre_with_its_scale():
    asked = key_wishes([Key(2, "minor"), Key(3, "minor")], ("folk", None), 2)
    assert [one.key for one in asked] == [14, 14, 15, 15] * 2
    assert {one.scale_type for one in asked} == {SCALE_TYPE.id("minor")}
    assert [one.genre for one in asked] == [GENRE.id("folk")] * 4 + [GENRE.unspecified] * 4


def test_a_copy_is_counted_whole_and_in_part(toy_songs):
    rng = np.random.default_rng(0)
    theirs = rng.integers(3, 279, 40)
    songs = replace(
        toy_songs, train=[replace(toy_songs.train[0], song=replace(toy_songs.train[0].song, tokens=theirs))]
    )
    own = rng.integers(3, 279, 30)
    made = [
        Made(tuple(tokens), Asked(), True)
        for tokens in (theirs[5:20], np.concatenate([theirs[5:20], own[:5]]), own, own[5:20], own[:6])
    ]
    rows, bars = measure_copies(made, [(song.song, True) for song in toy_songs.held_out], songs)
    assert [row["generated"] for row in rows] == [0.25, 0.25, 0.5, 0.5]
    assert [row["n"] for row in rows] == [4] * 4
    assert not bars[0].holds
    assert bars[0].value == 0.25


def test_all_parts_of_a_run(toy_model, toy_songs, monkeypatch):
    """The toy obeys where it is guided and is deaf where it is not, so that every figure shows its guidance."""
    monkeypatch.setattr(chord_conditioning, "load_real_songs", lambda folder: toy_songs)
    monkeypatch.setattr(chord_conditioning, "open_model", lambda folder, guidance: toy_model(deaf=not guidance))
    monkeypatch.setattr(chord_conditioning, "genres_with_moods", lambda train: ["folk", "pop"])
    rows, bars = measure(Path("run"), guidance=1.0, per_genre=10, per_key=1, per_mood=3)
    columns = ("guidance", "measure", "of", "generated", "real", "chance", "n", "note")
    assert {tuple(row) for row in rows} == {columns}
    kinds = {row["measure"].split(":")[0].split(",")[0] for row in rows}
    assert kinds == {"genre told", "chords in key", "copied from a training song", "mood"}
    assert {row["guidance"] for row in rows} == {"", "as learnt", 0.0, 1.0}
    told = {row["guidance"]: row["generated"] for row in rows if row["of"] == "all genres alike"}
    assert len({bar.name for bar in bars}) == len(bars) == 13
    held = {bar.name: bar.value for bar in bars}
    assert held["genre of generated progressions told by chord bigrams"] > 0.8
    assert held["mood: rank correlation of minor chords"] > 0.8
    assert held["key adherence in major"] == 1.0  # without guidance all is folk, and no jazz leaves the scale
    assert set(told) == {"as learnt", 0.0, 1.0}


def test_without_guidance_everything_is_measured_once(toy_model, toy_songs, monkeypatch):
    monkeypatch.setattr(chord_conditioning, "load_real_songs", lambda folder: toy_songs)
    monkeypatch.setattr(chord_conditioning, "open_model", lambda folder, guidance: toy_model())
    monkeypatch.setattr(chord_conditioning, "genres_with_moods", lambda train: ["folk", "pop"])
    rows, bars = measure(Path("run"), guidance=0.0, per_genre=5, per_key=1, per_mood=2)
    assert len({(row["guidance"], row["measure"], row["of"]) for row in rows}) == len(rows)
    assert {row["guidance"] for row in rows} == {"", "as learnt", 0.0}
    assert len(bars) == 13


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_chance_is_the_share_of_diatonic_chords(toy_model, toy_songs, mode):
    rows, _ = measure_keys(toy_model(), toy_songs, 1, seed=0)
    chance = next(row["chance"] for row in rows if row["measure"].endswith(mode))
    assert 0.1 < chance < 0.4
