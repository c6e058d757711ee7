"""The memory of the song so far: hand-made matches, planted repetition, no look into the future."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.ngrams import NGram
from shared.metrics.song_cache import CacheMixture, SongCache, match_lengths

SIZE = 15  # three special tokens and twelve chords


def random_songs(seed, n_songs=20, n_phrases=2, repeats=4):
    """Songs that repeat random phrases of their own, so that only a cache can know them."""
    rng = np.random.default_rng(seed)
    songs = []
    for _ in range(n_songs):
        phrase = rng.permutation(np.arange(3, SIZE))[: 4 * n_phrases]
        songs.append(np.tile(phrase, repeats))
    return songs


def mixture(by_match=False, contexts=(0, 2, 4), songs=None):
    base = NGram(3, SIZE).fit(random_songs(0))
    model = CacheMixture([base], SongCache(SIZE, contexts), by_match)
    return model.tune(random_songs(1) if songs is None else songs)


def test_match_lengths_by_hand():
    lengths = match_lengths([3, 4, 3, 4, 5])
    # Before the fourth chord stand 3 4 3, before the second 3: one chord agrees, START ends the match.
    assert lengths[3].tolist() == [0, 1, 0, 0, 0]
    # Before the fifth stand 3 4 3 4, before the third 3 4: two agree.
    assert lengths[4].tolist() == [0, 0, 2, 0, 0]
    assert not np.triu(lengths).any()


def test_match_lengths_equal_the_slow_way():
    song = np.random.default_rng(3).integers(3, 6, 40)
    lengths = match_lengths(song)
    for t in range(40):
        for s in range(t):
            k = 0
            while k < s and song[s - 1 - k] == song[t - 1 - k]:
                k += 1
            assert lengths[t, s] == k


def test_cache_distributions_by_hand():
    (none, one), longest = SongCache(SIZE, (0, 1), discount=0.5).distributions(np.array([3, 4, 3, 5, 3]))
    # Before the last chord: 3 twice, 4 and 5 once heard; after 5 nothing was heard yet.
    assert none[3, [3, 4, 5]] == pytest.approx([0.5, 0.25, 0.25])
    assert one[3] == pytest.approx(none[3])
    # Before the fourth chord the context 3 was followed by 4 once: 0.5 + 0.5 * 1/3 for 4.
    assert one[2, [3, 4]] == pytest.approx([0.5 * 2 / 3, 0.5 + 0.5 / 3])
    assert longest.tolist() == [0, 0, 1, 0]


def test_cache_rows_sum_to_one():
    tables, _ = SongCache(SIZE, (0, 1, 3, 8)).distributions(np.random.default_rng(4).integers(3, 6, 50))
    for table in tables:
        assert table.sum(axis=1) == pytest.approx(np.ones(49))


def test_a_repeating_song_is_remembered_where_the_corpus_knows_nothing():
    song = random_songs(9, n_songs=1, repeats=6)[0]
    model = mixture()
    ours = model.distributions(song)[np.arange(len(song) - 1), song[1:]]
    corpus = model.bases[0].distributions(song)[np.arange(len(song) - 1), song[1:]]
    later = slice(8, None)  # after the first statement of the phrase
    assert ours[later].min() > 0.4
    assert ours[later].mean() > 3 * corpus[later].mean()


@pytest.mark.parametrize("by_match", [False, True])
def test_the_mixture_looks_at_the_past_alone(by_match):
    model = mixture(by_match)
    song = random_songs(5, n_songs=1)[0]
    changed = song.copy()
    changed[20:] = song[20:][::-1]
    before, after = model.distributions(song), model.distributions(changed)
    assert np.array_equal(before[:20], after[:20])
    assert not np.allclose(before[20:], after[20:])


@pytest.mark.parametrize("by_match", [False, True])
def test_weights_and_rows_sum_to_one(by_match):
    model = mixture(by_match)
    assert model.weights.shape == (10 if by_match else 1, 4)
    assert model.weights.sum(axis=1) == pytest.approx(np.ones(len(model.weights)))
    rows = model.distributions(random_songs(6, n_songs=1)[0])
    assert rows.sum(axis=1) == pytest.approx(np.ones(len(rows)))


def test_tuning_gives_the_weight_to_whoever_deserves_it():
    rng = np.random.default_rng(7)
    corpus = [np.array([3, 4, 5, 6] * 8)] * 5
    base = NGram(3, SIZE).fit(corpus)
    repeating = CacheMixture([base], SongCache(SIZE, (4,))).tune(random_songs(8, repeats=8))
    patternless = CacheMixture([base], SongCache(SIZE, (4,))).tune([rng.integers(3, SIZE, 9) for _ in range(99)])
    assert repeating.weights[0, 1] > 0.7
    assert patternless.weights[0, 1] < repeating.weights[0, 1] - 0.3


def test_tuning_raises_the_likelihood_of_the_validation_songs():
    songs = random_songs(11)
    untuned = CacheMixture([NGram(3, SIZE).fit(random_songs(0))], SongCache(SIZE, (0, 2, 4)))
    tuned = mixture(songs=songs)
    assert sum(log_likelihood(tuned, s) for s in songs) > sum(log_likelihood(untuned, s) for s in songs)


def log_likelihood(model, song):
    return np.log(model.distributions(song)[np.arange(len(song) - 1), song[1:]]).sum()


def test_chords_that_never_repeat_are_not_expected_to():
    model = mixture()
    song = random_songs(12, n_songs=1)[0]
    rows = model.distributions(song)
    n_changes = sum(len(s) - 1 for s in random_songs(1))
    assert rows[np.arange(len(song) - 1), song[:-1]] == pytest.approx(np.full(len(song) - 1, 0.5 / (n_changes + 1)))


def test_chords_that_do_repeat_are_left_alone():
    model = mixture(songs=[np.repeat(song, 2) for song in random_songs(1)])
    assert model.repeat_probability is None
    rows = model.distributions(np.array([3, 3, 3, 3, 3, 3]))
    assert rows[-1, 3] > 0.5


def test_what_cannot_be_tuned_is_refused():
    with pytest.raises(InputError, match="two chords or more"):
        mixture(songs=[np.array([3])])
    with pytest.raises(InputError, match="context lengths"):
        SongCache(SIZE, ())
