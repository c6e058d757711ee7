"""The split: by song over both corpora, the songs that others were measured on in the test part; noises apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio_models.chord_recognizer.catalog import HARD_NOISES, PEER_SONGS, number_of, open_catalog, split_songs
from audio_models.chord_recognizer.evaluation_sets import held_out_numbers
from shared.datasets.contract import ChordSong
from shared.errors import ConsortError
from shared.music.chords import Chord
from shared.splits import assert_disjoint


def song(dataset: str, number: str, group: str) -> ChordSong:
    chord = Chord(0, "maj", 0)
    return ChordSong(
        id=f"{dataset}_{number}", dataset=dataset, licence="MIT", title="", artist="", genre=None, mood=None,
        mood_source=None, key=None, key_source=None, tempo_qpm=None, meter=None, chords=(chord,), bars=None,
        sections=None, group=group, split=None,
    )  # fmt: skip


def test_the_peers_songs_are_for_the_test_and_their_groups_follow() -> None:
    songs = [song("pop909", f"{number:03}", f"g{number}") for number in range(1, 200)]
    songs += [song("billboard", "1", "g75"), song("billboard", "2", "other")]
    splits = split_songs(songs)
    test = {item.id for item in splits.test}
    assert {"pop909_001", "pop909_075", "pop909_150", "billboard_1"} <= test
    assert PEER_SONGS == ("001", "075", "150", "225", "300", "375", "450", "525", "600", "675", "750", "825")
    assert_disjoint(splits, lambda item: item.group)


def test_without_corpora_there_are_no_songs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CONSORT_DATA", raising=False)
    catalog = open_catalog(fonts=())
    assert (catalog.root, catalog.songs.train, catalog.noises) == (None, [], ())
    with pytest.raises(ConsortError, match="48 held-out songs of POP909 are wanted and 0 are there"):
        held_out_numbers(catalog, 48)
    with pytest.raises(ConsortError, match="has no folder chords-unified"):
        open_catalog(tmp_path)


def test_the_corpora_have_songs_enough_and_none_in_two_parts(consort_data: Path) -> None:
    catalog = open_catalog(consort_data, fonts=())
    assert_disjoint(catalog.songs, lambda item: item.group)
    numbers = held_out_numbers(catalog, 48)
    present = {number_of(item) for part in catalog.pop909.parts().values() for item in part}
    assert {number for number in PEER_SONGS if number in present} <= set(numbers)
    assert not {number_of(item) for item in catalog.pop909.train} & set(numbers)
    assert not [item for part in catalog.songs.parts().values() for item in part if item.licence.startswith("GPL")]
    files = {split: {noise.file for noise in catalog.noises_for(split)} for split in ("train", "test")}
    assert files["train"]
    assert not files["train"] & files["test"]
    assert {noise.label for noise in catalog.noises_for("test")} >= set(HARD_NOISES)
