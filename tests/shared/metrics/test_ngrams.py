"""The n-gram control against numbers worked out by hand, and against brute force."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.ngrams import END_ID, NGram, transposed

A, B, C = 3, 4, 5
SIZE = 6  # PAD, START, END and three chords


def brute_force(songs, context, token, order, discount):
    """P(token | context) by the formula of the module, recursively."""
    if order == 0:
        return 1 / (SIZE - 2)
    lower = brute_force(songs, context, token, order - 1, discount)
    tail = tuple(context[len(context) - order + 1 :])
    counts: dict[int, int] = {}
    for song in songs:
        padded = [1] * (order - 1) + list(song) + [END_ID]
        for end in range(order - 1, len(padded)):
            if tuple(padded[end - order + 1 : end]) == tail:
                counts[padded[end]] = counts.get(padded[end], 0) + 1
    total = sum(counts.values())
    if not total:
        return lower
    return max(counts.get(token, 0) - discount, 0) / total + discount * len(counts) / total * lower


def test_unigram_by_hand():
    # Counts of A A B END: A 2, B 1, END 1, total 4, three distinct. D = n1 / (n1 + 2 n2) = 2 / (2 + 2) = 0.5.
    model = NGram(1, SIZE).fit([[A, A, B]])
    backoff = 0.5 * 3 / 4 / 4  # over END and three chords
    row = model.probabilities(np.empty((1, 0)))[0]
    assert row == pytest.approx([0, 0, 0.125 + backoff, 0.375 + backoff, 0.125 + backoff, backoff])


def test_bigram_by_hand_with_a_given_discount():
    # After A came B twice and C once; D = 0.3.
    model = NGram(2, SIZE, discount=0.3).fit([[A, B, A, B, A, C]])
    unigram_b = (2 - 0.3) / 7 + 0.3 * 4 / 7 / 4  # A 3, B 2, C 1, END 1
    expected = (2 - 0.3) / 3 + 0.3 * 2 / 3 * unigram_b
    assert model.probabilities([[A]])[0, B] == pytest.approx(expected)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_every_probability_equals_the_formula_worked_out_the_slow_way(order):
    rng = np.random.default_rng(order)
    songs = [rng.integers(A, SIZE, rng.integers(1, 9)).tolist() for _ in range(6)]
    model = NGram(order, SIZE, discount=0.4).fit(songs)
    contexts = [[1, 1, A, B][4 - order + 1 :], [C, B, A, A][4 - order + 1 :], [B, C, B, C][4 - order + 1 :]]
    for context, row in zip(contexts, model.probabilities(np.array(contexts, dtype=int)), strict=True):
        expected = [brute_force(songs, context, token, order, 0.4) for token in range(END_ID, SIZE)]
        assert row[END_ID:] == pytest.approx(expected)


def test_rows_sum_to_one_and_pad_start_and_end_get_nothing_where_chords_are_scored():
    rng = np.random.default_rng(1)
    songs = [rng.integers(A, SIZE, 20) for _ in range(5)]
    rows = NGram(4, SIZE).fit(songs).distributions(rng.integers(A, SIZE, 30))
    assert rows.shape == (29, SIZE)
    assert rows.sum(axis=1) == pytest.approx(np.ones(29))
    assert not rows[:, :A].any()
    assert (rows[:, A:] > 0).all()


def test_a_song_is_predicted_from_its_past_alone():
    songs = [np.random.default_rng(2).integers(A, SIZE, 30) for _ in range(4)]
    model = NGram(3, SIZE).fit(songs)
    first, second = np.array([A, B, C, A]), np.array([A, B, A, C])  # alike in the first two chords
    assert np.array_equal(model.distributions(first)[:2], model.distributions(second)[:2])
    assert not np.array_equal(model.distributions(first)[2], model.distributions(second)[2])


def test_a_deterministic_song_is_learnt():
    model = NGram(3, SIZE).fit([[A, B, C] * 20])
    rows = model.distributions(np.array([A, B, C, A, B]))
    assert rows.argmax(axis=1).tolist() == [B, C, A, B]
    assert rows.max(axis=1).min() > 0.9


def test_songs_of_one_chord_have_nothing_to_score():
    assert NGram(3, SIZE).fit([[A]]).distributions(np.array([B])).shape == (0, SIZE)


def test_transposition_moves_roots_and_wraps():
    song = np.array([3, 4, 3 + 2 * 11 + 1])  # two qualities: C:q0, C:q1, B:q1
    assert transposed(song, 1, 2).tolist() == [5, 6, 4]
    assert transposed(transposed(song, 5, 2), -5, 2).tolist() == song.tolist()
    assert transposed(np.array([0, 1, END_ID, 3]), 1, 2).tolist() == [0, 1, END_ID, 5]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NGram(0, SIZE), "cannot have order 0"),
        (lambda: NGram(12, 315), "cannot have order 12"),
        (lambda: NGram(2, SIZE, discount=1.0), "between 0 and 1"),
        (lambda: NGram(2, SIZE).fit([]), "at least one song"),
        (lambda: NGram(2, SIZE).fit([[A, END_ID]]), "chord ids from 3 to 5"),
        (lambda: NGram(2, SIZE).probabilities([[A]]), "call fit first"),
    ],
)
def test_what_cannot_be_counted_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
