"""Neighbours and silhouettes on planted points."""

from __future__ import annotations

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.neighbours import Labelled, knn_accuracy, majority_accuracy, silhouette


def planted(spread: float) -> Labelled:
    """Return two heaps of 12 points, each of three groups; the last point has no label."""
    rng = np.random.default_rng(0)
    heaps = np.repeat([[0.0, 0.0], [5.0, 5.0]], 12, axis=0)
    labels = ["low"] * 12 + ["high"] * 11 + [""]
    return Labelled(heaps + spread * rng.standard_normal((24, 2)), labels, [str(index // 4) for index in range(24)])


def test_heaps_are_found_and_points_without_a_label_left_out() -> None:
    known = planted(0.3).known()
    assert len(known.points) == len(known.labels) == len(known.groups) == 23
    assert knn_accuracy(known, known, 3) == 1.0
    assert silhouette(known) > 0.8
    assert majority_accuracy(known, known) == pytest.approx(12 / 23)


def test_a_point_is_not_judged_by_its_own_group() -> None:
    # Each group is a heap of its own, and its nearest other group has the other label.
    points = np.array([[0.0], [0.1], [1.0], [1.1]])
    labelled = Labelled(points, ["a", "a", "b", "b"], ["1", "1", "2", "2"])
    assert knn_accuracy(labelled, labelled, 1) == 0.0
    with pytest.raises(InputError, match="two groups"):
        knn_accuracy(labelled, Labelled(points, ["a"] * 4, ["1"] * 4), 1)


def test_one_label_has_no_silhouette() -> None:
    assert silhouette(Labelled(np.eye(3), ["a"] * 3, ["1", "2", "3"])) == 0.0
