"""Made-up clips whose factors are known: one tag for each factor, every combination equally probable.

MusicCaps does not say what its clips vary in. Here voice, tempo, genre, instrument, mood and recording are drawn
independently of each other, each named by tags of the taxonomy, so that a dimension can be asked which of them it
speaks of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.tag_taxonomy import Taxonomy

FACTORS: dict[str, tuple[str, ...]] = {
    "voice": ("male voice", "female voice", "instrumental"),
    "tempo": ("slow tempo", "medium tempo", "fast tempo"),
    "genre": ("rock", "jazz", "classical", "electronic music", "hip hop", "reggae"),
    "instrument": ("piano", "acoustic guitar", "electric guitar", "violin", "flute"),
    "mood": ("happy", "sad", "aggressive", "calming"),
    "recording": ("low quality", "live performance", "amateur recording"),
}


def known_factors(taxonomy: Taxonomy) -> dict[str, tuple[int, ...]]:
    """Return the factors and the concepts that are their values: those of which the taxonomy has two or more."""
    found = {
        name: tuple(dict.fromkeys(index for tag in tags if (index := taxonomy.find(tag)) is not None))
        for name, tags in FACTORS.items()
    }
    return {name: ids for name, ids in found.items() if len(ids) >= 2}


def factor_clips(
    taxonomy: Taxonomy, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64], Sequence[str]]:
    """Return vectors [clips, concepts], the factors' values [clips, factors], and the factors' names.

    Raises:
        InputError: when the taxonomy knows fewer than two factors.
    """
    factors = known_factors(taxonomy)
    if len(factors) < 2:
        raise InputError("the taxonomy knows too few of the tags that factors are made of")
    values = np.stack([rng.integers(len(ids), size=count) for ids in factors.values()], axis=1)
    vectors = np.zeros((count, len(taxonomy)), dtype=np.float32)
    for column, ids in zip(values.T, factors.values(), strict=True):
        vectors[np.arange(count), np.array(ids)[column]] = 1.0
    return vectors, values, tuple(factors)
