"""What counts as new."""

from __future__ import annotations

from shared.music.grammar.novelty import Novelty, runs


def form(*roots: int) -> tuple[tuple[int, str], ...]:
    return tuple((root % 12, "maj") for root in roots)


LONG = form(*[(7 * step * step + step) % 12 for step in range(40)])


def test_runs_by_hand():
    assert runs(form(0, 5, 7), 2) == {form(0, 5), form(5, 7)}
    assert runs(form(0), 2) == frozenset()


def test_the_same_form_is_a_transposition():
    novelty = Novelty()
    novelty.add(LONG, "train")
    assert novelty.objection(LONG, "train") == "transposition"


def test_most_of_another_is_a_near_copy():
    novelty = Novelty()
    novelty.add(LONG, "train")
    assert novelty.shared_with_nearest(LONG[:-2] + form(1, 2)) > 0.5
    assert novelty.objection(LONG[:-2] + form(1, 2), "train") == "near copy"


def test_a_run_of_twelve_may_not_cross_the_border_of_the_splits():
    novelty = Novelty()
    novelty.add(LONG, "train")
    other = tuple((root, "min") for root, _ in LONG[:28])
    assert novelty.objection(other + LONG[:12], "train") == ""
    assert novelty.objection(other + LONG[:12], "test") == "leak"
    assert novelty.objection(other + LONG[:11], "test") == ""
    novelty.add(other, "validation")
    assert novelty.objection(other[:12] + form(*range(30)), "train") == "leak"
