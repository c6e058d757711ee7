"""How well labelled points lie together: k nearest neighbours, and the silhouette, with groups kept apart.

Segments of one recording are alike whatever a space is worth, so a point is never judged by points of its own group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

Points = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Points [n, dimensions] with a label and a group (artist, recording) each."""

    points: Points
    labels: Sequence[str]
    groups: Sequence[str]

    def known(self) -> Labelled:
        """Return those whose label is not empty."""
        kept = [index for index, label in enumerate(self.labels) if label]
        return Labelled(self.points[kept], [self.labels[i] for i in kept], [self.groups[i] for i in kept])


def knn_accuracy(asked: Labelled, among: Labelled, neighbours: int = 5) -> float:
    """Return how often most of the nearest points of other groups have the label of a point, 0 to 1.

    Of labels that are equally frequent, that of the nearest point is taken.

    Raises:
        InputError: when a point has no neighbour of another group.
    """
    squares = (among.points**2).sum(axis=1)
    right = 0
    for point, label, group in zip(asked.points, asked.labels, asked.groups, strict=True):
        others = np.flatnonzero([other != group for other in among.groups])
        if not len(others):
            raise InputError("k-NN accuracy needs labelled recordings of two groups or more")
        distances = squares[others] - 2 * (among.points[others] @ point)
        nearest = [among.labels[index] for index in others[np.argsort(distances, kind="stable")[:neighbours]]]
        # Counter keeps the order of first appearance, so the nearest goes before among equals.
        right += Counter(nearest).most_common(1)[0][0] == label
    return right / len(asked.labels)


def majority_accuracy(asked: Labelled, among: Labelled) -> float:
    """Return how often the most frequent label of `among` is right: what k-NN must beat."""
    (most, _), *_ = Counter(among.labels).most_common(1)
    return sum(label == most for label in asked.labels) / len(asked.labels)


def silhouette(labelled: Labelled) -> float:
    """Return the mean silhouette of the labels, -1 to 1 (Rousseeuw 1987); 0 with fewer than two labels."""
    from sklearn.metrics import silhouette_score

    if not 2 <= len(set(labelled.labels)) < len(labelled.labels):
        return 0.0
    return float(silhouette_score(labelled.points, list(labelled.labels)))
