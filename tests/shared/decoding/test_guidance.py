"""Classifier-free guidance on distributions by hand and on a toy model of three chords."""

import math

import numpy as np
import pytest

from shared.decoding.guidance import Guided, guided
from shared.decoding.progression import Conditions, generate
from shared.errors import InputError
from shared.music.chord_tokens import END_ID, N_SPECIAL, PAD_ID
from shared.music.conditions import GENRE, KEY, MOOD, SCALE_TYPE

WIDTH = 6  # PAD, START, END and three chords


def test_guided_distribution_by_hand():
    asked, left_open = np.array([[0.5, 0.3, 0.2]]), np.array([[0.25, 0.25, 0.5]])
    weights = np.array([0.5**2 / 0.25, 0.3**2 / 0.25, 0.2**2 / 0.5])
    assert guided(asked, [left_open], [1.0]) == pytest.approx((weights / weights.sum())[None])


def test_each_condition_has_its_own_weight():
    asked, one, other = (np.array([row]) for row in ([0.5, 0.3, 0.2], [0.25, 0.25, 0.5], [0.6, 0.2, 0.2]))
    weights = asked * (asked / one) ** 1.0 * (asked / other) ** 0.5
    assert guided(asked, [one, other], [1.0, 0.5]) == pytest.approx(weights / weights.sum())


def test_no_weight_draws_as_the_model_says():
    asked = np.array([[0.5, 0.3, 0.2]])
    assert guided(asked, [], []).tolist() == asked.tolist()


def test_conditions_that_say_nothing_change_nothing():
    rows = np.random.default_rng(0).dirichlet(np.ones(5), 4)
    assert guided(rows, [rows], [3.0]) == pytest.approx(rows)


def test_a_greater_weight_prefers_more_what_the_conditions_prefer():
    asked, left_open = np.array([[0.5, 0.3, 0.2]]), np.array([[0.25, 0.25, 0.5]])
    shares = [guided(asked, [left_open], [weight])[0, 0] for weight in (0, 0.5, 1, 2, 4)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


def test_impossible_chords_stay_impossible_and_all_others_finite():
    left_open = np.array([[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]])
    answer = guided([[0.0, 0.1, 0.9], [0.5, 0.5, 0.0]], [left_open], [2.0])
    assert np.isfinite(answer).all()
    assert answer.sum(axis=1) == pytest.approx([1, 1])
    assert answer[0, 0] == answer[1, 2] == 0
    assert answer[1, 1] == pytest.approx(1)


class Toy:
    """Chord 3 for genre 0, chord 4 for genre 1, as likely as the rest when the genre is open.

    The state counts the steps of each row and what it has read, so that a mixed-up state would be seen.
    """

    def __init__(self):
        self.conditions = []

    def initial_state(self, batch):
        return np.zeros((batch, 2), dtype=np.int64)

    def step(self, token_ids, conditions, state):
        self.conditions.append(conditions)
        rows = np.full((len(token_ids), WIDTH), 0.2)
        rows[:, [PAD_ID, END_ID]] = 0.0
        for row, genre in enumerate(conditions.genre):
            if genre != GENRE.unspecified:
                rows[row, N_SPECIAL + genre] += 0.2
        return rows / rows.sum(axis=1, keepdims=True), state + np.column_stack([np.ones_like(token_ids), token_ids])


def asked(*genres):
    n = len(genres)
    rest = (MOOD.id("joy"), KEY.id("D:major"), SCALE_TYPE.id("major"))
    return Conditions(np.array(genres), *(np.full(n, value) for value in rest))


def test_every_guided_condition_is_opened_by_itself_in_one_batch():
    toy = Toy()
    guide = Guided(toy, {"genre": 1.0, "scale_type": 2.0})
    state = guide.initial_state(2)
    conditions = asked(0, 1)
    answer, state = guide.step(np.array([1, 1]), conditions, state)
    answer, state = guide.step(np.array([3, 5]), conditions, state)
    assert answer.shape == (2, WIDTH)
    assert state.inner.tolist() == [[2, 4], [2, 6]] * 3
    rows = toy.conditions[0]
    assert rows.genre.tolist() == [0, 1, GENRE.unspecified, GENRE.unspecified, 0, 1]
    assert rows.scale_type.tolist() == [0, 0, 0, 0, SCALE_TYPE.unspecified, SCALE_TYPE.unspecified]
    assert rows.mood.tolist() == [MOOD.id("joy")] * 6
    assert rows.key.tolist() == [KEY.id("D:major")] * 6
    # The very object again: a model may copy its conditions once only.
    assert toy.conditions[1] is rows


def test_one_weight_guides_genre_and_mood_and_only_what_is_asked_for():
    toy = Toy()
    guide = Guided(toy, 1.0)
    nobody = Conditions.repeated(
        2, genre=GENRE.unspecified, mood=MOOD.unspecified, key=3, scale_type=SCALE_TYPE.unspecified
    )
    answer, _ = guide.step(np.array([1, 1]), nobody, guide.initial_state(2))
    assert len(toy.conditions[0]) == 2
    assert answer == pytest.approx(toy.step(np.array([1, 1]), nobody, np.zeros((2, 2), dtype=np.int64))[0])
    guide.step(np.array([1, 1]), asked(0, 1), guide.initial_state(2))
    assert len(toy.conditions[-1]) == 2 * 3
    assert (toy.conditions[-1].key == KEY.id("D:major")).all()


def test_a_row_that_asks_for_nothing_is_not_moved_by_its_neighbour():
    guide = Guided(Toy(), {"genre": 2.0})
    mixed, _ = guide.step(np.array([1, 1]), asked(0, GENRE.unspecified), guide.initial_state(2))
    assert mixed[0, N_SPECIAL] == pytest.approx(8 / 11)  # START counts among the four, before the mask
    assert mixed[1, N_SPECIAL:] == pytest.approx([1 / 4] * 3)


def test_guidance_follows_new_conditions():
    guide = Guided(Toy(), 1.0)
    state = guide.initial_state(1)
    first, state = guide.step(np.array([1]), asked(0), state)
    second, state = guide.step(np.array([1]), asked(1), state)
    assert first[0].argmax() == N_SPECIAL
    assert second[0].argmax() == N_SPECIAL + 1


def test_generated_chords_follow_the_genre_more_closely():
    def share(weight):
        made = generate(Guided(Toy(), weight), asked(*[0] * 50), length=20, seed=1)
        return np.mean([token == N_SPECIAL for row in made for token in row])

    # asked 2:1:1 against open 1:1:1, so w = 2 gives 8:1:1
    assert share(0.0) == pytest.approx(1 / 2, abs=0.04)
    assert share(2.0) == pytest.approx(8 / 10, abs=0.04)


def test_without_weight_the_progressions_are_those_of_the_model():
    plain = generate(Toy(), asked(0, 1, 0), length=8, seed=3)
    assert generate(Guided(Toy(), 0.0), asked(0, 1, 0), length=8, seed=3) == plain


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (-1.0, "0 or above"),
        (math.inf, "0 or above"),
        ({"genre": math.nan}, "0 or above"),
        ({"gnre": 1.0}, "genre"),
    ],
)
def test_wrong_weights_are_refused(weights, message):
    with pytest.raises(InputError, match=message):
        Guided(Toy(), weights)
