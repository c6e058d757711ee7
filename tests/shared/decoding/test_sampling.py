"""Sampling proved on toy alphabets: exact sets, statistics, seeds, masks and clear refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.decoding.sampling import SamplingConfig, adjusted, sample
from shared.errors import InputError

TOY = np.array([[0.1, 0.4, 0.3, 0.2]])


def draw(probabilities, config, n=20_000, seed=0, allowed=None):
    """Return the share of each token in n draws from one distribution."""
    rows = np.tile(probabilities, (n, 1))
    ids = sample(rows, config, np.random.default_rng(seed), allowed)
    return np.bincount(ids, minlength=rows.shape[1]) / n


def test_temperature_one_draws_as_the_model_says():
    assert draw(TOY, SamplingConfig()) == pytest.approx(TOY[0], abs=0.015)


def test_temperature_zero_is_greedy_whatever_the_seed():
    assert draw(TOY, SamplingConfig(temperature=0)).tolist() == [0, 1, 0, 0]


def test_a_temperature_near_zero_is_nearly_greedy_and_does_not_overflow():
    assert draw(TOY, SamplingConfig(temperature=1e-6)).tolist() == [0, 1, 0, 0]


def test_temperature_by_hand():
    # Temperature 1/2 squares the probabilities: 1, 16, 9, 4 of 30.
    assert adjusted(TOY, SamplingConfig(temperature=0.5))[0] == pytest.approx(np.array([1, 16, 9, 4]) / 30)


def test_a_high_temperature_levels():
    assert adjusted(TOY, SamplingConfig(temperature=1e6))[0] == pytest.approx([0.25] * 4, abs=1e-5)


def test_top_k_keeps_the_k_likeliest_and_rescales():
    assert adjusted(TOY, SamplingConfig(top_k=2))[0] == pytest.approx([0, 4 / 7, 3 / 7, 0])
    assert adjusted(TOY, SamplingConfig(top_k=99))[0] == pytest.approx(TOY[0])


def test_top_k_keeps_exactly_k_of_equals():
    assert adjusted([[0.25] * 4], SamplingConfig(top_k=3))[0] == pytest.approx([1 / 3] * 3 + [0])


@pytest.mark.parametrize(
    ("top_p", "kept"),
    [(0.3, [1]), (0.4, [1]), (0.41, [1, 2]), (0.7, [1, 2]), (0.75, [1, 2, 3]), (0.95, [0, 1, 2, 3]), (1, [0, 1, 2, 3])],
)
def test_top_p_keeps_the_smallest_set_that_reaches_p(top_p, kept):
    assert np.flatnonzero(adjusted(TOY, SamplingConfig(top_p=top_p))[0]).tolist() == kept


def test_top_p_is_taken_of_what_top_k_left():
    # Of 0.4 and 0.3 alone, 0.4 has a mass of 4/7 = 0.571.
    assert np.flatnonzero(adjusted(TOY, SamplingConfig(top_k=2, top_p=0.55))[0]).tolist() == [1]
    assert np.flatnonzero(adjusted(TOY, SamplingConfig(top_k=2, top_p=0.6))[0]).tolist() == [1, 2]


def test_the_mask_forbids_and_the_rest_keeps_its_proportions():
    allowed = np.array([[True, False, True, True]])
    assert draw(TOY, SamplingConfig(), allowed=allowed) == pytest.approx([1 / 6, 0, 1 / 2, 1 / 3], abs=0.015)
    assert sample(TOY, SamplingConfig(temperature=0), np.random.default_rng(0), allowed).tolist() == [2]


def test_where_all_mass_is_forbidden_the_allowed_tokens_share():
    allowed = np.array([[False, True, True]])
    assert adjusted([[1.0, 0.0, 0.0]], SamplingConfig(), allowed)[0] == pytest.approx([0, 0.5, 0.5])


def test_rows_are_drawn_each_from_its_own_distribution():
    rows = np.eye(5)[[3, 1, 4]]
    assert sample(rows, SamplingConfig(), np.random.default_rng(0)).tolist() == [3, 1, 4]


def test_the_same_seed_gives_the_same_draws():
    rows = np.tile(TOY, (50, 1))
    first, second, other = (sample(rows, SamplingConfig(), np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert first.tolist() == second.tolist() != other.tolist()


def test_with_a_generator_for_each_row_the_neighbours_have_no_influence():
    alone = [sample(TOY, SamplingConfig(), [np.random.default_rng([5, i])])[0] for i in range(40)]
    together = sample(np.tile(TOY, (40, 1)), SamplingConfig(), [np.random.default_rng([5, i]) for i in range(40)])
    assert together.tolist() == alone
    assert len(set(alone)) > 1


@given(
    arrays(np.float64, (3, 6), elements=st.floats(0, 1)),
    st.floats(0, 5),
    st.integers(0, 7),
    st.floats(0.01, 1),
    arrays(bool, (3, 6)),
)
def test_any_distribution_is_drawn_from_its_allowed_tokens(rows, temperature, top_k, top_p, allowed):
    allowed[:, 2] = True
    config = SamplingConfig(temperature, top_k, top_p)
    shares = adjusted(rows, config, allowed)
    assert shares.sum(axis=1) == pytest.approx(np.ones(3))
    assert not shares[~allowed].any()
    ids = sample(rows, config, np.random.default_rng(0), allowed)
    assert (shares[np.arange(3), ids] > 0).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"temperature": -0.1}, "temperature is 0 or above, not -0.1"),
        ({"temperature": float("nan")}, "temperature is 0 or above"),
        ({"top_p": 0.0}, "top_p is above 0 and at most 1"),
        ({"top_p": 1.1}, "top_p is above 0 and at most 1"),
        ({"top_k": -1}, "top_k is 0"),
    ],
)
def test_values_out_of_range_are_refused_in_one_sentence(values, message):
    with pytest.raises(InputError, match=message):
        SamplingConfig(**values)


def test_a_row_with_everything_masked_is_refused():
    allowed = np.array([[True] * 4, [False] * 4])
    with pytest.raises(InputError, match="no token is allowed in row 1"):
        sample(np.tile(TOY, (2, 1)), SamplingConfig(), np.random.default_rng(0), allowed)


@pytest.mark.parametrize("rows", [[[np.nan, 1.0]], [[-0.1, 1.1]], [0.5, 0.5]])
def test_what_is_no_distribution_is_refused(rows):
    with pytest.raises(InputError, match="probabilities are"):
        sample(rows, SamplingConfig(), np.random.default_rng(0))


def test_generators_and_rows_must_pair_up():
    with pytest.raises(InputError, match="2 rows need 2 random generators, not 1"):
        sample(np.tile(TOY, (2, 1)), SamplingConfig(), [np.random.default_rng(0)])
