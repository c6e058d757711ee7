"""An export agrees where it names the same class, and where rounding decides between equals."""

from __future__ import annotations

import numpy as np

from shared.export.verify import TIE, argmax_agreement


def test_another_class_is_no_agreement_and_a_tie_is_none_to_break() -> None:
    expected = np.array([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.1, 0.45, 0.45 - 5 * TIE]])
    found = np.array([[0.5, 0.3, 0.2], [0.4 - 2e-7, 0.4, 0.2], [0.1, 0.45 - 5 * TIE, 0.45]])
    assert argmax_agreement(found[:2], expected[:2]) == 1.0
    assert argmax_agreement(found, expected) == 2 / 3
    assert argmax_agreement(found[None], expected[None]) == 2 / 3
