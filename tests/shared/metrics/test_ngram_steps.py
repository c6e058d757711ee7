"""Sampling an n-gram through the loop that networks use."""

import numpy as np

from shared.decoding.progression import Conditions, generate
from shared.decoding.sampling import SamplingConfig
from shared.metrics.ngram_steps import NGramStepModel
from shared.metrics.ngrams import NGram, transposed
from shared.music.chord_tokens import N_QUALITIES, N_SPECIAL, N_TOKENS

# I, IV, V7 in C: qualities 0, 0 and 2.
CADENCE = np.array([0, 5 * N_QUALITIES, 7 * N_QUALITIES + 2]) + N_SPECIAL


def model(order=3):
    return NGramStepModel(NGram(order, N_TOKENS).fit([np.tile(CADENCE, 4)] * 20), N_QUALITIES)


def conditions(*keys):
    return Conditions(*(np.array(keys) for _ in range(4)))


def test_the_songs_of_training_come_back_in_the_key_asked_for():
    keys = [0, 7, 12 + 9, 24]  # C:major, G:major, A:minor and "not specified", which is C
    rows = generate(model(), conditions(*keys), length=6, sampling=SamplingConfig(temperature=0))
    for key, row in zip(keys, rows, strict=True):
        assert row == transposed(np.tile(CADENCE, 2), key % 12, N_QUALITIES).tolist()


def test_samples_end_where_songs_do():
    rows = generate(model(order=5), conditions(*[3] * 50), seed=2)
    lengths = [len(row) for row in rows]
    assert max(lengths) < 64
    assert np.mean([length % 3 == 0 for length in lengths]) > 0.7


def test_steps_give_the_probabilities_of_the_model():
    ngram = model().ngram
    stepper = NGramStepModel(ngram, N_QUALITIES)
    song = np.tile(CADENCE, 2)
    state = stepper.initial_state(1)
    probabilities, state = stepper.step(np.array([1]), conditions(0), state)
    for row, chord in zip(ngram.distributions(song), song, strict=False):
        probabilities, state = stepper.step(np.array([chord]), conditions(0), state)
        chords = probabilities[0, N_SPECIAL:]
        assert np.allclose(chords / chords.sum(), row[N_SPECIAL:])


def test_a_unigram_has_no_state():
    rows = generate(model(order=1), conditions(0, 2), length=30, seed=1)
    assert set(rows[0]) >= set(CADENCE.tolist())
    assert len(rows[1]) == 30
