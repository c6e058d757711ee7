"""Rare genres: a genre of which there are few songs is drawn more often, so that a network learns what sets it apart.

A song of a genre with n songs is drawn in proportion to n ** -balance: 0 draws every song once an epoch, 1 every genre
equally often; one half lies between (Mahajan et al. 2018, "Exploring the limits of weakly supervised pretraining", sec.
2.2). The number of songs of an epoch stays what it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.encoding import EncodedSong


def draw_balanced(genres: Sequence[str], balance: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return as many places in `genres` as there are, those of rare genres more often.

    A song comes as often as is expected of it, rounded up or down by chance (systematic sampling).
    """
    sizes = Counter(genres)
    expected = np.array([sizes[genre] ** -balance for genre in genres])
    expected *= len(genres) / expected.sum()
    order = rng.permutation(len(genres))
    ends = np.cumsum(expected[order])
    ends[-1] = len(genres)  # whatever the rounding of the sum
    times = np.diff(np.floor(ends + rng.random()), prepend=0.0).astype(np.intp)
    return np.repeat(order, times)


def balanced_songs(
    songs: Sequence[EncodedSong], chosen: NDArray[np.intp], balance: float, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return the songs `chosen` for an epoch, as indices, drawn by their genres; with a balance of 0 as they are."""
    return chosen[draw_balanced([songs[index].genre for index in chosen], balance, rng)] if balance else chosen
