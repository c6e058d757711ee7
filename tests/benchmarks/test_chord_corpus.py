"""Wishes become progressions, wish by wish; a run's corpus is read in the run's own parts."""

import json

import numpy as np
import pytest

from benchmarks.chord_corpus import Asked, compose, frequent_genres, keys_of, load_real_songs, opening
from shared.decoding.guidance import Guided
from shared.errors import InputError
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import chord_vocabulary
from shared.music.conditions import GENRE, KEY
from shared.stack import is_installed

needs_the_wing = pytest.mark.skipif(
    not is_installed("tensorflow"), reason="the settings of a run belong to the wing of TensorFlow"
)


def test_every_wish_gets_its_own_progression(toy_model):
    wishes = [Asked(GENRE.id("jazz"), key=KEY.id("D:major")), Asked(GENRE.id("folk"))] * 60
    made = compose(toy_model(), wishes, seed=1)
    assert [one.asked for one in made] == wishes
    assert made[0].song.genre == "jazz"
    assert made[0].song.tonic == 2
    assert made[1].song.tonic is None
    assert len({one.tokens for one in made}) > 100
    assert all(len(one.tokens) >= 2 and (np.diff(one.tokens) != 0).all() for one in made)


def test_progressions_depend_on_seed_and_place_and_on_their_own_wish_only(toy_model):
    folk, jazz = Asked(GENRE.id("folk")), Asked(GENRE.id("jazz"))
    first = compose(toy_model(), [folk] * 150, seed=1)
    other = compose(toy_model(), [folk, jazz] * 75, seed=1)
    assert first[::2] == other[::2]
    assert compose(toy_model(), [folk] * 150, seed=2) != first
    assert len({one.tokens for one in (*first[:50], *first[100:])}) > 90  # batches do not repeat one another


def test_what_is_cut_off_has_not_ended(toy_model):
    made = compose(toy_model(), [Asked(GENRE.id("folk"))] * 50, seed=0, max_length=6)
    assert {one.ended for one in made} == {True, False}
    assert all(one.ended == (len(one.tokens) < 6) for one in made)


def test_guidance_runs_in_the_same_loop(toy_model):
    wishes = [Asked(GENRE.id("folk"))] * 3
    assert len(compose(Guided(toy_model(), 1.0), wishes, seed=0)) == 3


def test_genres_with_enough_songs(toy_songs):
    assert set(frequent_genres(toy_songs.train, 40)) == {"folk", "pop", "jazz"}
    assert frequent_genres(toy_songs.train, 41) == ()


def test_keys_are_those_of_the_genre(toy_songs):
    known = {one.asked.key for one in toy_songs.train if one.song.genre == "jazz"}
    assert {key.id for key in keys_of(toy_songs.train, "jazz", 50, seed=0)} <= known
    with pytest.raises(InputError, match="genre soul"):
        keys_of(toy_songs.train, "soul", 5, seed=0)


def test_an_opening_knows_whether_the_song_ended():
    song = TokenSong(np.arange(3, 13), 0)
    assert opening(song, 4)[0].tokens.tolist() == [3, 4, 5, 6]
    assert [opening(song, length)[1] for length in (4, 10, 12)] == [False, True, True]


def run_with(folder, songs, **settings):
    """Write what the corpus of a run is read from: its songs, its settings, its vocabulary."""
    path = folder / "songs.jsonl"
    path.write_text("\n".join(map(json.dumps, songs)) + "\n", encoding="utf-8")
    content = {"data": {"songs": str(path), **settings}}
    (folder / "training_config.json").write_text(json.dumps(content), encoding="utf-8")
    chord_vocabulary().save(folder / "vocabulary.json")
    return folder


def records(dataset="toy"):
    chords = ["G:maj", "C:maj", "D:maj", "A:min", "E:min", "B:min", "D:7", "C:maj7"]
    return [
        {
            "id": f"{dataset}{index}", "dataset": dataset, "licence": "CC0-1.0" if index % 2 else "unknown",
            "title": f"{dataset} {index}", "genre": ["folk"], "key": "G:maj",
            "split": ("train", "validation", "test")[index % 3], "chords": [*chords[: 3 + index % 6], f"{note}:dim"],
        }
        for index, note in enumerate("ABCDEFG" * 3)
        if index < 18
    ]  # fmt: skip


@needs_the_wing
def test_the_corpus_of_a_run_is_whole_and_in_its_own_parts(tmp_path):
    found = load_real_songs(run_with(tmp_path, records(), permissive_only=True, genre="jazz"))
    assert found.genres == ()
    assert found.written == ()
    assert {one.song.tonic for one in (*found.train, *found.held_out)} == {7}
    groups = [{one.group for one in part} for part in (found.train, found.validation, found.test)]
    assert all(groups)
    assert len(set().union(*groups)) == sum(map(len, groups))


@needs_the_wing
def test_songs_of_the_grammar_are_no_real_music_where_there_is_some(tmp_path):
    written = [
        record | {"chords": [*record["chords"], "F#:dim", f"{note}:aug"]}
        for record, note in zip(records("consort-embedded"), "ABCDEFG" * 3, strict=False)
    ]
    found = load_real_songs(run_with(tmp_path, [*records(), *written]))
    assert {one.song.dataset for one in (*found.train, *found.held_out)} == {"toy"}
    assert {one.song.dataset for one in found.written} == {"consort-embedded"}
    alone = load_real_songs(run_with(tmp_path, written))
    assert {one.song.dataset for one in alone.train} == {"consort-embedded"}
    assert alone.written == ()
