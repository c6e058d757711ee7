"""The Frechet distance against closed forms and planted differences."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.frechet import beside_real_halves, frechet_distance, shrunk_covariance


def test_a_set_has_no_distance_to_itself_and_the_order_does_not_matter():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(300, 5)), rng.normal(size=(200, 5)) * 2 + 1
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))


def test_a_shift_counts_with_its_square():
    a = np.random.default_rng(1).normal(size=(100, 3))
    assert frechet_distance(a, a + np.array([3, 0, 4])) == pytest.approx(25)


def test_one_dimension_by_hand():
    # Gaussians of one dimension: (m1 - m2)^2 + (s1 - s2)^2; the standard deviations here are 1 and 3.
    a, b = np.array([[-1.0], [1.0]]), np.array([[7.0], [13.0]])
    assert frechet_distance(a, b) == pytest.approx(100 + 4)


def test_correlations_count_even_where_means_and_variances_agree():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2000, 2))
    together = np.column_stack([x[:, 0], 0.9 * x[:, 0] + np.sqrt(1 - 0.81) * x[:, 1]])
    # Closed form for these covariances: trace(I + S - 2 S^(1/2)) with eigenvalues 1.9 and 0.1.
    expected = 4 - 2 * (np.sqrt(1.9) + np.sqrt(0.1))
    assert frechet_distance(x, together) == pytest.approx(expected, rel=0.15)


def test_shrinkage_is_strong_for_few_vectors_and_fades_for_many():
    rng = np.random.default_rng(3)
    scales = np.array([1.0, 2.0, 4.0])
    few, many = (shrunk_covariance(rng.normal(size=(n, 3)) * scales) for n in (6, 20_000))
    assert np.ptp(np.diag(many)) == pytest.approx(15, rel=0.1)
    assert np.linalg.matrix_rank(shrunk_covariance(rng.normal(size=(5, 40)))) == 40
    assert np.trace(few) > 0


def test_a_second_draw_of_the_same_music_is_as_near_as_two_halves():
    rng = np.random.default_rng(4)
    real, alike, foreign = (rng.normal(size=(400, 6)) + shift for shift in (0, 0, 1))
    same, other = beside_real_halves(alike, real), beside_real_halves(foreign, real)
    assert same["n"] == 200
    assert same["ratio"] == pytest.approx(1, abs=0.5)
    assert other["ratio"] > 20
    assert same == beside_real_halves(alike, real)  # seeded


def test_too_few_vectors_are_refused():
    with pytest.raises(InputError, match="two vectors or more"):
        frechet_distance(np.ones((1, 3)), np.ones((5, 3)))
    with pytest.raises(InputError, match="4 real and 2 generated"):
        beside_real_halves(np.ones((1, 3)), np.ones((5, 3)))
