"""A toy generator of chords and toy songs, for the benchmarks of generated progressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from benchmarks.chord_corpus import Asked, RealSong, RealSongs
from shared.decoding.progression import Conditions
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import END_ID, N_TOKENS, chord_to_id, transpose_ids
from shared.music.chords import parse
from shared.music.conditions import GENRE, KEY, MOOD
from shared.music.keys import Key
from shared.music.moods import MOOD_TABLE

POOLS = {
    "folk": ("C:maj", "F:maj", "G:maj", "A:min"),
    "pop": ("A:min", "F:maj", "D:min7", "E:min"),
    "jazz": ("D:min7", "G:7", "C:maj7", "A:7"),
}
_IDS = {genre: np.array([chord_to_id(parse(label)) for label in pool]) for genre, pool in POOLS.items()}
_ORDINARY = 0.46  # share of minor without a mood; what the moods of the toy songs ask for on average
_MINOR = {genre: np.array([":min" in label for label in pool]) for genre, pool in POOLS.items()}


@cache
def row(genre: str, tonic: int, minor: float, end: float = 0.05) -> np.ndarray:
    """Return a distribution: the chords of a genre round a tonic, minor ones by a share of their own."""
    ids, is_minor = transpose_ids(_IDS[genre], tonic), _MINOR[genre]
    weights = np.where(is_minor, minor / max(is_minor.sum(), 1), (1 - minor) / (~is_minor).sum())
    shares = np.zeros(N_TOKENS)
    shares[ids] = weights / weights.sum() * (1 - end)
    shares[END_ID] = end
    return shares


class ToyModel:
    """Obeys genre, tonic and the valence of a mood; a deaf one plays folk without a mood, whatever is asked."""

    def __init__(self, deaf: bool = False) -> None:
        self.deaf = deaf

    def initial_state(self, batch: int) -> None:
        return None

    def step(self, token_ids: np.ndarray, conditions: Conditions, state: None) -> tuple[np.ndarray, None]:
        return np.stack(
            [self._row(*asked) for asked in zip(conditions.genre, conditions.mood, conditions.key, strict=True)]
        ), None

    def _row(self, genre: int, mood: int, key: int) -> np.ndarray:
        name = GENRE.value(int(genre))
        word = None if self.deaf else MOOD.value(int(mood))
        minor = MOOD_TABLE[word].prefers_minor if word else _ORDINARY
        return row(
            "folk" if self.deaf or name not in POOLS else name, 0 if key == KEY.unspecified else int(key) % 12, minor
        )


def toy_song(genre: str, index: int, rng: np.random.Generator) -> RealSong:
    """Return a song of random chord changes of its genre, in a random key; every fifth has a mood."""
    key = Key(int(rng.integers(12)), "major")
    shares = row(genre, key.tonic, _ORDINARY, end=0.0)
    tokens = rng.choice(N_TOKENS, int(rng.integers(30, 50)), p=shares / shares.sum()).astype(np.int64)
    tokens = tokens[np.append(True, np.diff(tokens) != 0)]
    mood = MOOD.id(("nostalgia", "joy", "sadness")[index // 5 % 3] if index % 5 == 0 else None)
    asked = Asked(GENRE.id(genre), mood, key.id)
    return RealSong(TokenSong(tokens, key.tonic, "toy", genre), asked, f"{genre} {index}")


@pytest.fixture(scope="session")
def toy_songs() -> RealSongs:
    """60 songs of each of three genres: 40 to learn from, 10 and 10 held out."""
    rng = np.random.default_rng(0)
    songs = [toy_song(genre, index, rng) for genre in POOLS for index in range(60)]
    parts: list[list[RealSong]] = [[], [], []]
    for place, song in enumerate(songs):
        parts[0 if place % 6 < 4 else place % 6 - 3].append(song)
    return RealSongs(*parts, genres=tuple(POOLS))


@pytest.fixture(scope="session")
def toy_model() -> Callable[..., ToyModel]:
    return ToyModel
