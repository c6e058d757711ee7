"""Annotations cut, filled and merged."""

from __future__ import annotations

import numpy as np
import pytest

from shared.annotation.spans import cover, merge
from shared.datasets.contract import TimedChords
from shared.errors import InputError


def song(*rows: tuple[float, float, str]) -> TimedChords:
    return TimedChords(np.array([row[:2] for row in rows]).reshape(-1, 2), tuple(row[2] for row in rows))


def test_cover_fills_between_and_around() -> None:
    covered = cover(song((1, 2, "C"), (3, 4, "D")), 0.0, 5.0, between="X")
    assert covered.labels == ("N", "C", "X", "D", "N")
    assert covered.intervals_s.tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]


def test_cover_cuts_at_both_ends_and_leaves_no_sliver() -> None:
    assert cover(song((1, 2, "C"), (3, 4, "D")), 1.5, 3.5).labels == ("C", "N", "D")
    assert cover(song((1, 2, "C")), 2.0, 3.0).labels == ("N",)
    assert cover(song((1, 2, "C"), (2, 3, "D")), 2.0, 3.0).labels == ("D",)
    assert cover(song(), 0.0, 1.0, around="X").labels == ("X",)
    with pytest.raises(InputError, match="the end must lie behind the start"):
        cover(song((1, 2, "C")), 3.0, 3.0)


def test_merge_joins_repeats_that_touch() -> None:
    merged = merge(song((0, 1, "C"), (1, 2, "C"), (2, 3, "D"), (3, 4, "D"), (5, 6, "D"), (6, 7, "C")))
    assert merged.labels == ("C", "D", "D", "C")
    assert merged.intervals_s.tolist() == [[0, 2], [2, 4], [5, 6], [6, 7]]
    assert merge(song()).labels == ()
    assert merge(song((0, 1, "C"))).labels == ("C",)
