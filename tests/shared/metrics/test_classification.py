"""Scores of a classifier against numbers worked out by hand."""

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.classification import (
    accuracy,
    confusion_matrix,
    per_class,
    ranks,
    report,
    top_k_accuracy,
)

TARGETS = [0, 0, 0, 1, 1, 2]
PREDICTIONS = [0, 0, 1, 1, 2, 1]


def test_accuracy_is_the_share_of_equal_pairs():
    assert accuracy(TARGETS, PREDICTIONS) == pytest.approx(3 / 6)


def test_confusion_matrix_has_the_truth_in_rows():
    expected = [[2, 1, 0], [0, 1, 1], [0, 1, 0]]
    assert confusion_matrix(TARGETS, PREDICTIONS, 3).tolist() == expected


def test_precision_recall_f1_and_support_by_hand():
    first, second, third = per_class(confusion_matrix(TARGETS, PREDICTIONS, 3))
    assert (first.precision, first.recall, first.support) == (1.0, pytest.approx(2 / 3), 3)
    assert first.f1 == pytest.approx(0.8)
    assert (second.precision, second.recall) == (pytest.approx(1 / 3), 0.5)
    assert second.f1 == pytest.approx(0.4)
    assert (third.precision, third.recall, third.f1, third.support) == (0.0, 0.0, 0.0, 1)


def test_a_class_that_never_occurs_scores_zero_with_support_zero_and_leaves_the_macro_mean_alone():
    table = report(confusion_matrix([0, 1], [0, 1], 3), ["a", "b", "c"])
    assert table["c"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}
    assert table["macro"]["f1"] == 1.0
    assert table["macro"]["support"] == 2


def test_ranks_and_top_k_by_hand():
    scores = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    assert ranks(scores, [0, 1, 2]).tolist() == [0, 1, 2]
    assert top_k_accuracy([0, 1, 2], scores, 1) == pytest.approx(1 / 3)
    assert top_k_accuracy([0, 1, 2], scores, 2) == pytest.approx(2 / 3)
    assert top_k_accuracy([0, 1, 2], scores, 3) == 1.0


def test_ties_are_broken_as_argmax_breaks_them():
    scores = np.full((4, 4), 0.25)
    targets = np.arange(4)
    assert ranks(scores, targets).tolist() == [0, 1, 2, 3]
    assert top_k_accuracy(targets, scores, 1) == accuracy(targets, scores.argmax(axis=1)) == 0.25


def test_ranks_agree_with_argmax_on_random_scores():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 4, (500, 6))  # coarse, so that ties abound
    targets = rng.integers(0, 6, 500)
    assert np.array_equal(ranks(scores, targets) == 0, scores.argmax(axis=1) == targets)


@pytest.mark.parametrize("k", [0, 4])
def test_k_outside_the_classes_is_refused(k):
    with pytest.raises(InputError, match="k from 1 to 3"):
        top_k_accuracy([0], [[0.1, 0.2, 0.7]], k)


def test_unequal_lengths_and_foreign_ids_are_refused():
    with pytest.raises(InputError, match="needs its target"):
        accuracy([0, 1], [0])
    with pytest.raises(InputError, match="class ids run from 0 to 1"):
        confusion_matrix([0, 2], [0, 0], 2)
