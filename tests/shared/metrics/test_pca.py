"""Principal components: those of scikit-learn, and their file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.pca import PrincipalComponents


@pytest.fixture
def rows() -> np.ndarray:
    rng = np.random.default_rng(0)
    mixed = rng.standard_normal((60, 5)) @ rng.standard_normal((5, 300)) + 0.1 * rng.standard_normal((60, 300)) + 3
    return mixed.astype(np.float32)


def test_components_are_those_of_scikit_learn(rows: np.ndarray) -> None:
    from sklearn.decomposition import PCA

    ours, theirs = PrincipalComponents.fit(rows, 6), PCA(6, svd_solver="full").fit(rows.astype(np.float64))
    np.testing.assert_allclose(np.abs(ours.components), np.abs(theirs.components_), atol=1e-4)
    answer = theirs.inverse_transform(theirs.transform(rows))
    np.testing.assert_allclose(ours.decode(ours.encode(rows)), answer, atol=1e-4)


def test_a_file_keeps_them(rows: np.ndarray, tmp_path: Path) -> None:
    ours = PrincipalComponents.fit(rows, 5)
    ours.save(tmp_path / "pca.npz")
    again = PrincipalComponents.load(tmp_path / "pca.npz")
    assert again.rows == 60
    before, after = (np.abs(each.decode(each.encode(rows)) - rows).mean() for each in (ours, again))
    assert after == pytest.approx(before, rel=2e-3)


def test_what_cannot_be_fitted_or_read_is_refused(rows: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="6 principal components need more than 6 segments, not 6"):
        PrincipalComponents.fit(rows[:6], 6)
    (tmp_path / "no.npz").write_bytes(b"no")
    with pytest.raises(InputError, match="holds no principal components"):
        PrincipalComponents.load(tmp_path / "no.npz")
