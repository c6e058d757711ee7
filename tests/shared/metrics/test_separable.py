"""Separable components: orthonormal, the strongest first, and better than whole components from little data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.pca import PrincipalComponents
from shared.metrics.separable import SeparableComponents

BANDS, FRAMES = 6, 8


def moving_bands(count: int, seed: int) -> np.ndarray:
    """Return segments in which two mixtures of bands follow two cosines, with noise."""
    rng = np.random.default_rng(seed)
    frames = np.arange(FRAMES) + 0.5
    slow, fast = np.cos(np.pi * frames / FRAMES), np.cos(3 * np.pi * frames / FRAMES)
    first, second = np.array([1, 1, 0, 0, 0, 0.0]), np.array([0, 0, 1, -1, 0, 0.0])
    draws = rng.normal(size=(count, 2)) * (5, 3)
    pattern = np.stack([np.outer(first, slow), np.outer(second, fast)])
    noise = 0.1 * rng.normal(size=(count, BANDS, FRAMES))
    return (2 + np.einsum("nk,kbf->nbf", draws, pattern) + noise).astype(np.float32)


def test_there_and_back_is_the_identity_and_keeps_lengths() -> None:
    segments = moving_bands(40, 0)
    components = SeparableComponents.fit(segments)
    coefficients = components.coefficients(segments)
    np.testing.assert_allclose(components.segments(coefficients), segments, atol=1e-4)
    length = np.linalg.norm((segments - components.mean).reshape(40, -1), axis=1)
    np.testing.assert_allclose(np.linalg.norm(coefficients.reshape(40, -1), axis=1), length, rtol=1e-4)


def test_the_strongest_directions_are_the_planted_ones() -> None:
    components = SeparableComponents.fit(moving_bands(200, 1))
    places = components.strongest(2)
    assert [int(place) // BANDS for place in places] == [1, 3]  # the cosines
    slow, fast = components.directions(places)
    assert abs(slow[0, 0]) == pytest.approx(abs(slow[1, 0]), rel=0.05)
    assert fast[2, 0] == pytest.approx(-fast[3, 0], rel=0.05)
    # Variance 25 along a pattern whose squared length is 2 bands x 4.
    assert components.variances.flatten()[places[0]] == pytest.approx(25 * 8, rel=0.3)


def test_it_holds_for_others_where_whole_components_know_too_little() -> None:
    train, other = moving_bands(12, 2), moving_bands(100, 3)
    pca = PrincipalComponents.fit(train.reshape(12, -1), 6)
    rows = other.reshape(100, -1)
    whole = np.square(pca.decode(pca.encode(rows)) - rows).mean()
    components = SeparableComponents.fit(train)
    kept = np.zeros(components.variances.size)
    kept[components.strongest(6)] = 1
    coefficients = components.coefficients(other) * kept.reshape(components.variances.shape)
    assert np.square(components.segments(coefficients) - other).mean() < whole


def test_it_is_read_back_and_refused(tmp_path: Path) -> None:
    components = SeparableComponents.fit(moving_bands(40, 0))
    components.save(tmp_path / "fit.npz")
    np.testing.assert_allclose(
        SeparableComponents.load(tmp_path / "fit.npz").directions(np.array([0])),
        components.directions(np.array([0])), atol=2e-3,
    )  # fmt: skip
    with pytest.raises(InputError, match="holds no separable components"):
        SeparableComponents.load(tmp_path / "absent.npz")
    with pytest.raises(InputError, match="two segments"):
        SeparableComponents.fit(moving_bands(1, 0))
