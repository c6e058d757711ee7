"""Perplexity and accuracy: hand-computed, blind to padding, and honest about leaking splits."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.ngrams import NGram
from shared.metrics.sequences import (
    PositionScores,
    SequenceScores,
    TokenSong,
    masked_accuracy,
    masked_cross_entropy,
    score_tables,
)

PROBABILITIES = np.array([[0.5, 0.25, 0.25, 0.0], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]])
TARGETS = np.array([0, 2, 3])


def test_scores_by_hand():
    scores = SequenceScores()
    scores.add(PositionScores.of(PROBABILITIES, TARGETS))
    # -ln of 0.5, 0.3 and 0.25; ranks 0, 1 and, the tie broken by id, 3.
    assert scores.nll == pytest.approx(np.log(2) - np.log(0.3) + np.log(4))
    assert scores.perplexity == pytest.approx((2 / 0.3 * 4) ** (1 / 3))
    assert scores.accuracy == pytest.approx(1 / 3)
    assert scores.top3_accuracy == pytest.approx(2 / 3)
    assert scores.as_dict()["n"] == 3


def test_guessing_evenly_has_the_vocabulary_as_perplexity():
    scores = SequenceScores()
    scores.add(PositionScores.of(np.full((10, 7), 1 / 7), np.arange(10) % 7))
    assert scores.perplexity == pytest.approx(7)


def test_an_impossible_chord_costs_much_but_not_everything():
    scores = SequenceScores()
    scores.add(PositionScores.of([[1.0, 0.0]], [1]))
    assert scores.nll == 100.0


def test_songs_add_up_by_their_chord_changes():
    together, apart = SequenceScores(), SequenceScores()
    together.add(PositionScores.of(PROBABILITIES, TARGETS))
    for row, target in zip(PROBABILITIES, TARGETS, strict=True):
        apart.add(PositionScores.of(row[None], target[None]))
    assert apart.as_dict() == pytest.approx(together.as_dict())


def padded_batch(n_padding):
    """Two rows of three scored positions, padded to the right with targets that the model hits."""
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(4), (2, 3 + n_padding))
    targets = np.full((2, 3 + n_padding), 0)
    targets[:, :3] = TARGETS
    probabilities[:, :3] = PROBABILITIES
    probabilities[:, 3:] = [1.0, 0.0, 0.0, 0.0]  # PAD foreseen with certainty: the tempting inflation
    mask = np.arange(3 + n_padding) < 3
    return probabilities, targets, np.broadcast_to(mask, targets.shape)


@pytest.mark.parametrize("n_padding", [0, 1, 6, 60])
def test_padding_never_counts(n_padding):
    batch = padded_batch(n_padding)
    assert masked_accuracy(*batch) == pytest.approx(1 / 3)
    assert masked_accuracy(*batch, k=2) == pytest.approx(2 / 3)
    assert masked_cross_entropy(*batch) == pytest.approx((np.log(2) - np.log(0.3) + np.log(4)) / 3)


def test_padding_would_have_counted_without_the_mask():
    probabilities, targets, _ = padded_batch(6)
    unmasked = np.ones_like(targets)
    assert masked_accuracy(probabilities, targets, unmasked) == pytest.approx(7 / 9)
    assert masked_cross_entropy(probabilities, targets, unmasked) < 0.4


def test_masked_sums_equal_the_songs_without_padding():
    batch, scores = padded_batch(5), SequenceScores()
    scores.add_masked(*batch)
    plain = SequenceScores()
    for _ in range(2):
        plain.add(PositionScores.of(PROBABILITIES, TARGETS))
    assert scores.as_dict() == plain.as_dict()


def test_tables_overall_per_dataset_and_per_genre():
    certain = PositionScores.of([[0.0, 1.0]], [1])
    even = PositionScores.of([[0.5, 0.5]] * 3, [0, 1, 1])
    none = PositionScores.of(np.empty((0, 2)), np.empty(0, dtype=int))
    tokens = np.array([3])
    table = score_tables(
        [
            (TokenSong(tokens, dataset="b", genre="jazz"), certain),
            (TokenSong(tokens, dataset="a"), even),
            (TokenSong(tokens, dataset="empty", genre="folk"), none),
        ]
    )
    assert list(table["datasets"]) == ["a", "b"]
    assert table["datasets"]["a"]["perplexity"] == pytest.approx(2)
    assert table["datasets"]["b"]["accuracy"] == 1.0
    assert table["genres"] == {"jazz": {"perplexity": 1.0, "accuracy": 1.0, "top3_accuracy": 1.0, "n": 1}}
    assert table["overall"]["n"] == 4
    assert table["overall"]["accuracy"] == pytest.approx(2 / 4)
    assert table["overall"]["perplexity"] == pytest.approx(2 ** (3 / 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SequenceScores().perplexity, "no position was scored"),
        (lambda: masked_accuracy(PROBABILITIES[None], TARGETS[None], np.zeros((1, 3))), "mask is empty"),
        (lambda: masked_accuracy(PROBABILITIES[None], TARGETS[None], np.ones(3)), "mask .* does not fit"),
        (lambda: PositionScores.of(PROBABILITIES, TARGETS[:2]), "do not fit"),
    ],
)
def test_what_cannot_be_scored_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def windows(song, length=6):
    return [song[start : start + length] for start in range(len(song) - length + 1)]


def accuracy_on(train, test):
    model, scores = NGram(5, 40).fit(train), SequenceScores()
    for song in test:
        scores.add(PositionScores.of(model.distributions(song), song[1:]))
    return scores.accuracy


def test_a_split_after_windowing_leaks_and_a_split_by_song_does_not():
    # Every song wanders at random among its own chords: nothing of one song can be known from another.
    rng = np.random.default_rng(0)
    songs = [rng.integers(3, 40, 40) for _ in range(40)]
    grouped = accuracy_on(
        [w for song in songs[:32] for w in windows(song)], [w for song in songs[32:] for w in windows(song)]
    )
    shuffled = [w for song in songs for w in windows(song)]
    rng.shuffle(shuffled)
    cut = int(0.8 * len(shuffled))
    leaky = accuracy_on(shuffled[:cut], shuffled[cut:])
    assert grouped < 0.1  # chance is 1 / 37
    assert leaky > 0.6
