"""The autoregressive loop, proved with planted Markov chains and models that record what they are fed."""

from itertools import pairwise

import numpy as np
import pytest

from shared.decoding.progression import Conditions, generate
from shared.decoding.sampling import SamplingConfig
from shared.errors import InputError
from shared.music.chord_tokens import END_ID, N_TOKENS, PAD_ID, START_ID

A, B, C = 10, 20, 30
GREEDY = SamplingConfig(temperature=0)


def conditions(batch, key=0):
    return Conditions.repeated(batch, genre=8, mood=27, key=key, scale_type=2)


class Markov:
    """A chain over token ids, given as {token: {next: probability}}; records what it was fed."""

    def __init__(self, chain):
        self.table = np.zeros((N_TOKENS, N_TOKENS))
        self.table[:, END_ID] = 1.0  # whatever is not planted ends
        for token, row in chain.items():
            self.table[token] = 0.0
            for following, probability in row.items():
                self.table[token, following] = probability
        self.fed = []

    def initial_state(self, batch):
        return 0

    def step(self, token_ids, conditions, state):
        self.fed.append(token_ids.tolist())
        return self.table[token_ids], state + 1


CYCLE = {START_ID: {A: 1}, A: {B: 1}, B: {C: 1}, C: {A: 1}}
COIN = {START_ID: {A: 0.5, B: 0.5}, A: {A: 0.3, B: 0.7}, B: {A: 0.6, B: 0.4}}


def test_a_planted_chain_is_followed_to_the_length():
    assert generate(Markov(CYCLE), conditions(2), length=5) == [[A, B, C, A, B]] * 2


def test_start_then_the_seeds_then_each_drawn_chord_is_fed():
    model = Markov(CYCLE)
    assert generate(model, conditions(1), seeds=[A, B], length=5) == [[A, B, C, A, B]]
    assert model.fed[:4] == [[START_ID], [A], [B], [C]]


def test_seeds_count_towards_the_length_and_may_fill_it():
    assert generate(Markov(CYCLE), conditions(1), seeds=[C, C, C], length=3) == [[C, C, C]]


def test_the_model_may_end_and_is_cut_off_where_it_does_not():
    ends = {START_ID: {A: 1}, A: {B: 1}, B: {END_ID: 1}}
    assert generate(Markov(ends), conditions(2)) == [[A, B]] * 2
    assert generate(Markov(CYCLE), conditions(1), max_length=7) == [[A, B, C, A, B, C, A]]


def test_rows_that_ended_wait_for_the_others_and_stay_as_they_are():
    class ByRow(Markov):
        def step(self, token_ids, conditions, state):
            table, state = super().step(token_ids, conditions, state)
            table = table.copy()
            ended = np.array([state > 3, state > 1, False])
            table[ended] = np.eye(N_TOKENS)[END_ID]
            return table, state

    assert generate(ByRow(CYCLE), conditions(3), max_length=5) == [[A, B, C], [A], [A, B, C, A, B]]


def test_a_given_length_is_reached_although_the_model_wants_to_end():
    wants_to_end = {t: {END_ID: 0.99, A: 0.01} for t in (START_ID, A)}
    assert generate(Markov(wants_to_end), conditions(1), length=6) == [[A] * 6]


def test_end_waits_for_the_least_length():
    wants_to_end = {t: {END_ID: 0.99, A: 0.01} for t in (START_ID, A)}
    found = generate(Markov(wants_to_end), conditions(50), min_length=4, seed=1)
    assert min(map(len, found)) == 4


def test_pad_and_start_are_never_drawn():
    tempted = {t: {PAD_ID: 0.5, START_ID: 0.4, A: 0.1} for t in (START_ID, A)}
    assert generate(Markov(tempted), conditions(3), length=4, sampling=GREEDY) == [[A] * 4] * 3


def test_the_same_seed_gives_the_same_progressions_and_another_seed_others():
    first, second, other = (generate(Markov(COIN), conditions(4), length=20, seed=s) for s in (3, 3, 4))
    assert first == second != other


def test_a_sample_does_not_depend_on_how_many_are_drawn_beside_it():
    many = generate(Markov(COIN), conditions(16), length=12, seed=5)
    assert generate(Markov(COIN), conditions(1), length=12, seed=5) == many[:1]
    assert generate(Markov(COIN), conditions(7), length=12, seed=5) == many[:7]
    assert len({tuple(row) for row in many}) > 8


def test_a_sample_does_not_depend_on_when_its_neighbours_end():
    chain = {START_ID: {A: 0.5, B: 0.5}, A: {A: 0.5, END_ID: 0.5}, B: {A: 0.2, B: 0.7, END_ID: 0.1}}
    many = generate(Markov(chain), conditions(20), seed=6)
    assert generate(Markov(chain), conditions(3), seed=6) == many[:3]
    assert len({len(row) for row in many}) > 3


def test_transitions_come_as_often_as_planted():
    rows = generate(Markov(COIN), conditions(200), length=60, seed=0)
    pairs = [(x, y) for row in rows for x, y in pairwise(row)]
    after_a = [y for x, y in pairs if x == A]
    after_b = [y for x, y in pairs if x == B]
    assert np.mean(np.array(after_a) == B) == pytest.approx(0.7, abs=0.02)
    assert np.mean(np.array(after_b) == A) == pytest.approx(0.6, abs=0.02)


def test_the_state_is_carried():
    class Counts(Markov):
        """Plays the id that says how many tokens it has read."""

        def step(self, token_ids, conditions, state):
            return np.tile(np.eye(N_TOKENS)[A + state], (len(token_ids), 1)), state + 1

    assert generate(Counts({}), conditions(2), seeds=[B], length=4) == [[B, A + 1, A + 2, A + 3]] * 2


def test_each_row_gets_its_own_conditions():
    class PlaysKey(Markov):
        def step(self, token_ids, conditions, state):
            return np.eye(N_TOKENS)[A + conditions.key], state

    asked = Conditions(*(np.array([0, 5, 7]) for _ in range(4)))
    assert generate(PlaysKey({}), asked, length=2) == [[A] * 2, [A + 5] * 2, [A + 7] * 2]


def test_constraints_are_obeyed_and_see_the_progress():
    class OnlyB:
        def __init__(self):
            self.seen = []

        def allowed(self, progress):
            self.seen.append((progress.chords.shape[1], progress.remaining))
            mask = np.zeros((1, progress.vocabulary_size), dtype=bool)
            mask[0, B] = True
            return mask

    rule = OnlyB()
    assert generate(Markov(COIN), conditions(2), seeds=[A], length=4, constraints=rule) == [[A, B, B, B]] * 2
    assert rule.seen == [(1, 3), (2, 2), (3, 1)]


@pytest.mark.parametrize(("length", "max_length"), [(2, 64), (None, 2), (0, 64)])
def test_a_length_that_does_not_hold_the_seeds_is_refused(length, max_length):
    with pytest.raises(InputError, match="cannot hold 3 seed chords"):
        generate(Markov(CYCLE), conditions(1), seeds=[A, B, C], length=length, max_length=max_length)
