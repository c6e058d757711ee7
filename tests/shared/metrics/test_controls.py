"""The named controls on planted songs."""

from dataclasses import replace

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.controls import CONTROLS, ChordSpace, fit_control, fit_controls, score_control
from shared.metrics.ngrams import transposed
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import N_SPECIAL

N_QUALITIES = 2


def planted(seed, n_songs=30, cadence=(0, 10, 14, 0)):
    """Songs in random keys that go round one progression (C, F, G) and a chord of their own."""
    rng = np.random.default_rng(seed)
    songs = []
    for _ in range(n_songs):
        tonic, own = int(rng.integers(12)), int(rng.integers(24))
        tokens = np.array([*cadence, own] * 4) + N_SPECIAL
        songs.append(TokenSong(transposed(tokens, tonic, N_QUALITIES), tonic, "planted", "pop"))
    return songs


def perplexity(control, songs):
    return score_control(control, songs)["overall"]["perplexity"]


def test_each_control_improves_on_the_one_before_where_songs_repeat_themselves():
    controls = fit_controls(planted(0), planted(1), N_QUALITIES)
    figures = {name: perplexity(control, planted(2)) for name, control in controls.items()}
    assert figures["unigram"] > figures["5-gram"] > figures["5-gram+cache"]
    assert figures["5-gram+cache (absolute)"] > figures["5-gram+cache"]


def test_key_relative_counting_knows_a_key_that_training_never_heard():
    train = [song for song in planted(0, 60) if song.tonic != 7]
    held = [song for song in planted(3, 60) if song.tonic == 7]
    spec = CONTROLS["5-gram"]
    space = ChordSpace(N_QUALITIES)
    relative = fit_control(spec, train, train, space)
    absolute = fit_control(replace(spec, key_relative=False), train, train, space)
    assert perplexity(relative, held) < 0.7 * perplexity(absolute, held)


def test_the_figures_do_not_depend_on_the_key_of_the_test_songs():
    control = fit_controls(planted(0), planted(1), N_QUALITIES, ["5-gram+cache"])["5-gram+cache"]
    songs = planted(2)
    moved = [
        replace(song, tokens=transposed(song.tokens, 5, N_QUALITIES), tonic=(song.tonic + 5) % 12) for song in songs
    ]
    assert score_control(control, moved) == score_control(control, songs)


def test_an_unknown_key_falls_back_on_the_first_chord():
    space = ChordSpace(N_QUALITIES)
    song = TokenSong(np.array([7, 3]) + N_SPECIAL)  # the first root is D sharp
    assert space.in_c(song).tolist() == [N_SPECIAL + 1, N_SPECIAL + 21]


def test_every_chord_change_from_the_second_on_is_scored():
    control = fit_controls(planted(0), planted(1), N_QUALITIES, ["unigram"])["unigram"]
    songs = [*planted(2, 3), TokenSong(np.array([N_SPECIAL]), 0, "single")]
    table = score_control(control, songs)
    assert table["overall"]["n"] == 3 * 19
    assert list(table["datasets"]) == ["planted"]
    assert list(table["genres"]) == ["pop"]


def test_a_wrong_name_and_an_empty_split_are_refused():
    with pytest.raises(InputError, match=r"unknown control '4-gram'; nearest: 5-gram"):
        fit_controls(planted(0), planted(1), N_QUALITIES, ["4-gram"])
    with pytest.raises(InputError, match="one of the two is empty"):
        fit_controls(planted(0), [], N_QUALITIES)
