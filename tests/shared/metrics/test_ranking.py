"""Rankings against figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.ranking import Question, average_precision, hide, ndcg_at_k, ranked, ranking_scores, recall_at_k

# Item 0 is known; 1 and 4 are hidden. The ranking of what is left: 3, 1, 2, 4.
KNOWN = np.array([[1.0, 0, 0, 0, 0]])
HIDDEN = np.array([[0, 1.0, 0, 0, 1.0]])
SCORES = np.array([[9.0, 3.0, 2.0, 5.0, 1.0]])
ASKED = Question(KNOWN, HIDDEN)


def test_what_is_known_is_ranked_last() -> None:
    assert ranked(SCORES, KNOWN).tolist() == [[3, 1, 2, 4, 0]]


def test_recall_counts_what_could_be_found() -> None:
    assert recall_at_k(SCORES, ASKED, 1).tolist() == [0.0]
    assert recall_at_k(SCORES, ASKED, 2).tolist() == [0.5]
    assert recall_at_k(SCORES, ASKED, 4).tolist() == [1.0]
    first = Question(KNOWN, np.array([[0, 1.0, 0, 1.0, 1.0]]))
    assert recall_at_k(SCORES, first, 1).tolist() == [1.0]  # one place, and the best three would not fit


def test_ndcg_pays_the_place() -> None:
    got = 1 / math.log2(3) + 1 / math.log2(5)
    best = 1 / math.log2(2) + 1 / math.log2(3)
    assert ndcg_at_k(SCORES, ASKED, 4) == pytest.approx([got / best])
    assert ndcg_at_k(SCORES, ASKED, 2) == pytest.approx([1 / math.log2(3) / best])


def test_average_precision_is_the_mean_of_precisions_at_hits() -> None:
    assert average_precision(SCORES, ASKED) == pytest.approx([(1 / 2 + 2 / 4) / 2])


def test_a_perfect_ranking_is_one_by_every_measure() -> None:
    scores = ranking_scores(HIDDEN + 0.1, ASKED)
    assert scores == pytest.approx({"recall_at_10": 1.0, "ndcg_at_10": 1.0, "mean_average_precision": 1.0})


@pytest.mark.parametrize(("share", "hidden"), [(0.2, [1, 1, 2]), (0.5, [1, 2, 5]), (0.99, [1, 3, 9])])
def test_a_share_is_hidden_but_never_all(share: float, hidden: list[int]) -> None:
    rows = np.array([[1.0] * count + [0.0] * (10 - count) for count in (2, 4, 10)])
    asked = hide(rows, share, seed=3)
    assert asked.hidden.sum(axis=1).tolist() == hidden
    np.testing.assert_array_equal(asked.known + asked.hidden, rows)
    np.testing.assert_array_equal(hide(rows, share, seed=3).hidden, asked.hidden)


def test_a_clip_with_one_tag_cannot_be_asked() -> None:
    with pytest.raises(InputError, match="two items"):
        hide(np.array([[1.0, 0.0]]), 0.5)
    with pytest.raises(InputError, match="between 0 and 1"):
        hide(np.array([[1.0, 1.0]]), 1.0)
