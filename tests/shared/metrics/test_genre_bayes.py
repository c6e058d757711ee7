"""Naive Bayes over chord bigrams against hand-computed likelihoods and planted genres."""

import math

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.genre_bayes import (
    GenreBayes,
    accuracy,
    balanced_accuracy,
    bigrams,
    fit_genre_bayes,
    usable,
)
from shared.metrics.sequences import TokenSong
from shared.music.chord_tokens import END_ID, N_TOKENS, START_ID, chord_to_id, transpose_ids
from shared.music.chords import parse


def song(genre, *labels, tonic=0):
    return TokenSong(np.array([chord_to_id(parse(label)) for label in labels]), tonic, "toy", genre)


C, F, G, AM = (chord_to_id(parse(label)) for label in ("C:maj", "F:maj", "G:maj", "A:min"))
FOLK, POP = song("folk", "C:maj", "G:maj", "C:maj"), song("pop", "A:min", "F:maj", "C:maj", "G:maj")


def test_pairs_of_a_song_with_and_without_its_ends():
    inner = [C * N_TOKENS + G, G * N_TOKENS + C]
    assert bigrams(FOLK, begun=False, ended=False).tolist() == inner
    assert bigrams(FOLK).tolist() == [START_ID * N_TOKENS + C, *inner, C * N_TOKENS + END_ID]


def test_pairs_are_seen_from_the_tonic():
    moved = TokenSong(transpose_ids(FOLK.tokens, 7), 7)
    assert bigrams(moved).tolist() == bigrams(FOLK).tolist()


def test_likelihoods_by_hand():
    model = GenreBayes(("folk", "pop"), smoothing=0.5, ends=False).fit([FOLK, POP])
    # Folk has C-G, G-C; pop has A-F, F-C, C-G: four kinds in all.
    heard = song(None, "C:maj", "G:maj", "C:maj", "G:maj")
    folk = 2 * math.log(1.5 / 4) + math.log(1.5 / 4)
    pop = 2 * math.log(1.5 / 5) + math.log(0.5 / 5)
    assert model.log_likelihoods(heard).tolist() == pytest.approx([folk, pop])
    assert model.predict(heard) == "folk"


def test_a_pair_that_nobody_has_says_nothing():
    model = GenreBayes(("folk", "pop"), ends=False).fit([FOLK, POP])
    assert model.log_likelihoods(song(None, "D:dim7", "E:aug")).tolist() == [0.0, 0.0]


def test_ends_tell_where_the_middle_does_not():
    # Both genres have the same inner pairs, but begin and end elsewhere.
    first, second = song("folk", "C:maj", "G:maj", "C:maj"), song("pop", "G:maj", "C:maj", "G:maj")
    model = GenreBayes(("folk", "pop")).fit([first, second])
    assert [model.predict(first), model.predict(second)] == ["folk", "pop"]
    inner = GenreBayes(("folk", "pop"), ends=False).fit([first, second])
    assert np.ptp(inner.log_likelihoods(second)) == 0
    # What was cut off at both ends is not judged by them.
    assert np.ptp(model.log_likelihoods(second, begun=False, ended=False)) == 0


def planted(seed, n, genres):
    """Return songs of random chords, each genre with a handful of its own."""
    rng = np.random.default_rng(seed)
    pools = {genre: 3 + 20 * index + np.arange(12) for index, genre in enumerate(genres)}
    return [
        TokenSong(rng.choice(pools[genre], 20).astype(np.int64), 0, "toy", genre) for genre in genres for _ in range(n)
    ]


def test_planted_genres_are_told_and_the_confusion_counts_them():
    genres = ("folk", "pop", "jazz")
    model = fit_genre_bayes(planted(0, 20, genres), planted(1, 5, genres), genres)
    table = model.confusion(planted(2, 10, genres))
    assert table.tolist() == np.diag([10, 10, 10]).tolist()


def test_smoothing_is_the_one_that_validation_songs_prefer():
    train = [*[song("folk", "C:maj", "G:maj")] * 3, song("pop", "F:maj", "C:maj"), song("pop", "C:maj", "G:maj")]
    # With much smoothing one C-G of pop's few pairs speaks as loud as folk's three.
    weak, strong = (GenreBayes(("folk", "pop"), s, ends=False).fit(train) for s in (0.01, 50.0))
    held_out = [song("folk", "C:maj", "G:maj")]
    assert weak.predict(held_out[0]) == "folk"
    chosen = fit_genre_bayes(train, held_out, ("folk", "pop"), (50.0, 0.01))
    assert accuracy(chosen.confusion(held_out)) == 1.0
    assert strong.with_smoothing(0.01).log_likelihoods(held_out[0]) == pytest.approx(weak.log_likelihoods(held_out[0]))


def test_songs_without_a_key_are_passed_over():
    keyless = TokenSong(POP.tokens, None, "toy", "pop")
    assert not usable(keyless)
    model = GenreBayes(("folk", "pop")).fit([FOLK, POP, keyless])
    assert model.confusion([keyless, FOLK]).sum() == 1
    with pytest.raises(InputError, match="without a tonic"):
        model.predict(keyless)


def test_accuracy_weighs_songs_and_balanced_accuracy_genres():
    table = np.array([[8, 2, 0], [1, 1, 0], [0, 0, 0]])
    assert accuracy(table) == pytest.approx(9 / 12)
    assert balanced_accuracy(table) == pytest.approx((0.8 + 0.5) / 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: GenreBayes(("folk",)), "two or more"),
        (lambda: GenreBayes(("folk", "pop"), smoothing=0), "smoothing above 0"),
        (lambda: GenreBayes(("folk", "pop")).fit([FOLK]), "no training song of pop"),
    ],
)
def test_what_cannot_be_learnt_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
