"""Genre and mood words of the corpora, and the eight genres and 27 moods they mean."""

from __future__ import annotations

import pytest

from shared.datasets.genres import coarse_genre
from shared.datasets.mood_words import tagged_mood


@pytest.mark.parametrize(
    ("words", "corpus", "genre"),
    [
        (["jazz"], "jazz", "jazz"),
        (["jazz", "latin"], "jazz", "latin"),
        (["funk", "soul/r&b"], "us-chart", "soul"),
        (["blues", "soul/r&b"], "us-chart", "soul"),
        (["blues", "rock"], "us-chart", "blues"),
        (["pop", "rock"], "us-chart", "rock"),
        (["classical", "pop"], "us-chart", "pop"),
        (["country"], "us-chart", "folk"),
        (["soundtrack/stage"], "public-domain song", "jazz"),
        (["easy listening"], "us-chart", "pop"),
        ([], "us-chart", "pop"),
        ([], "mandopop", "pop"),
        ([], "rock/pop", "rock"),
        ([], "classical", "classical"),
        ([], "public-domain song", None),
        (["reggae"], "", None),
        ([], "", None),
        ([" Jazz "], "", "jazz"),
        (["classical", "country", "folk", "funk", "jazz", "latin"], "us-chart", "pop"),
    ],
)
def test_genres(words: list[str], corpus: str, genre: str | None) -> None:
    assert coarse_genre(words, corpus) == genre


@pytest.mark.parametrize(
    ("tags", "mood"),
    [
        (["Happy"], "joy"),
        (["Sexy", " Sad"], "sexual desire"),
        (["Retro", " Sexy", " Quirky", " Happy"], "sexual desire"),
        (["Sad", " Melancholic", " Mellow", " Emotional"], "sadness"),
        (["Extremely bored", "Extremely bored"], "boredom"),
        (["Extremely calm"], "calmness"),
        (["Very astonished"], "surprise"),
        (["sad, very depressed"], "sadness"),
        (["muy contento, calmado"], "joy"),
        (["Mellow/Soft"], "calmness"),
        (["melancólico, muy adormilado"], "sadness"),
        (["Funky", " Groovy"], None),
        (["Unknown"], None),
        ([], None),
    ],
)
def test_moods(tags: list[str], mood: str | None) -> None:
    assert tagged_mood(tags) == mood
