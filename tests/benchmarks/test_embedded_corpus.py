"""The measures of the embedded corpus, on planted answers; its own figures on the committed file."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks.embedded_corpus import (
    genre_classifier,
    leaked_runs,
    main,
    mood_correlations,
    perplexity,
    relative_ids,
    relative_song,
)
from shared.datasets import embedded
from shared.datasets.contract import ChordSong
from shared.music.chord_tokens import chord_to_id
from shared.music.chords import parse
from shared.music.conditions import MOODS


@pytest.fixture(scope="module")
def songs() -> list[ChordSong]:
    return embedded.load()


def test_ids_are_seen_from_the_tonic(songs):
    song = songs[0]
    assert song.key is not None
    moved = chord_to_id(song.chords[0].transpose(-song.key.tonic))
    assert relative_ids(song)[0] == moved
    assert chord_to_id(parse("C:maj")) in {chord_id for song in songs for chord_id in relative_ids(song)}


def test_a_classifier_tells_the_songs_that_it_has_learnt(songs):
    classifier = genre_classifier(songs)
    assert sum(classifier.predict(relative_song(song)) == song.genre for song in songs[::20]) > 0.9 * len(songs[::20])


def test_songs_that_were_learnt_are_less_perplexing_and_leak(songs):
    train, other = songs[:100], songs[500:520]
    assert perplexity(train, train[:20]) < perplexity(train, other)
    assert leaked_runs(train, train[:20]) == 20


def test_moods_that_change_places_lose_their_correlation(songs):
    """Each song gets the mood opposite in the list: what was measured must come from the moods."""
    moods = list(MOODS)
    swapped = [replace(song, mood=moods[-1 - moods.index(str(song.mood))]) for song in songs]
    right, wrong = mood_correlations(songs), mood_correlations(swapped)
    assert all(right[name] > 0.7 > abs(wrong[name]) for name in right)


def test_the_command_writes_bars_that_hold(tmp_path, capsys):
    assert main(["--out", str(tmp_path)]) == 0
    assert "MISSED" not in capsys.readouterr().out
    bars = json.loads((tmp_path / "embedded_corpus.json").read_text(encoding="utf-8"))["bars"]
    assert len(bars) == 7
    assert all(bar["holds"] for bar in bars)
