"""The n-gram of every key answers as an n-gram that counted each song in all twelve keys."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.every_key import EveryKeyNGram, in_keys
from shared.metrics.ngrams import NGram, transposed
from shared.music.chord_tokens import END_ID, N_SPECIAL, START_ID

N_QUALITIES = 3
SIZE = N_SPECIAL + 12 * N_QUALITIES


def random_songs(seed, n_songs=8):
    rng = np.random.default_rng(seed)
    own = rng.integers(N_SPECIAL, SIZE, 6)
    return [rng.choice(own, rng.integers(1, 30)) for _ in range(n_songs)]


def in_all_keys(songs):
    return [transposed(song, semitones, N_QUALITIES) for song in songs for semitones in range(12)]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("discount", [None, 0.4])
def test_it_answers_as_if_each_song_had_been_counted_in_all_keys(order, discount):
    songs = random_songs(order)
    small = EveryKeyNGram(order, SIZE, discount).fit(songs)
    large = NGram(order, SIZE, discount).fit(in_all_keys(songs))
    contexts = np.random.default_rng(9).choice([START_ID, *songs[0], 20], (40, order - 1))
    assert small.probabilities(contexts) == pytest.approx(large.probabilities(contexts), abs=1e-14)
    assert small.distributions(songs[1]) == pytest.approx(large.distributions(songs[1]), abs=1e-14)


def test_the_keys_of_the_songs_make_no_difference():
    songs = random_songs(1)
    moved = [transposed(song, 5, N_QUALITIES) for song in songs]
    question = random_songs(2)[0]
    first, second = (EveryKeyNGram(3, SIZE).fit(part).distributions(question) for part in (songs, moved))
    assert np.array_equal(first, second)


def test_distributions_move_up_and_their_end_stays():
    row = np.arange(SIZE, dtype=float)[None]
    up = in_keys(row, np.array([2]), N_QUALITIES)[0]
    assert up[N_SPECIAL + 2 * N_QUALITIES + 1] == row[0, N_SPECIAL + 1]
    assert up[N_SPECIAL + 1] == row[0, N_SPECIAL + 10 * N_QUALITIES + 1]
    assert up[END_ID] == row[0, END_ID]


def test_ids_without_twelve_roots_are_refused():
    with pytest.raises(InputError, match="cannot be transposed"):
        EveryKeyNGram(2, SIZE + 1)
