"""MIG and DCI on codes of which it is known how they were made."""

from __future__ import annotations

import numpy as np
import pytest

from shared.metrics.disentanglement import dci, mutual_information_gap


def factors(count: int = 1500) -> np.ndarray:
    """Return three independent factors of four values."""
    return np.random.default_rng(0).integers(0, 4, (count, 3))


def test_a_dimension_for_each_factor_is_perfect() -> None:
    known = factors()
    codes = np.concatenate([known, np.random.default_rng(1).normal(size=(len(known), 2))], axis=1)
    assert mutual_information_gap(codes, known) > 0.95
    figures = dci(codes, known)
    assert figures["disentanglement"] > 0.9
    assert figures["completeness"] > 0.9
    assert figures["informativeness"] == pytest.approx(1.0)


def test_a_turned_code_says_as_much_and_is_not_disentangled() -> None:
    known = factors()
    codes = known @ np.array([[1.0, 1, 0], [1, -1, 1], [1, 0, -1]])
    assert mutual_information_gap(codes, known) < 0.5
    figures = dci(codes, known)
    assert figures["disentanglement"] < 0.7
    assert figures["informativeness"] > 0.8


def test_noise_says_nothing() -> None:
    known = factors()
    codes = np.random.default_rng(3).normal(size=(len(known), 4))
    assert mutual_information_gap(codes, known) < 0.05
    assert dci(codes, known)["informativeness"] < 0.4
