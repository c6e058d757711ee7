"""The norm that is reported is that of all gradients together, before any clipping, as a mean over the steps."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sequence_models.gradient_norms import NormedAdamW


def test_the_mean_norm_of_the_steps_is_taken_once() -> None:
    optimizer = NormedAdamW(1e-3, clipnorm=0.1)
    weights = [keras.Variable(np.zeros(2, "float32")), keras.Variable(np.zeros(1, "float32"))]
    optimizer.build(weights)
    optimizer.apply([np.array([3.0, 0.0], "float32"), np.array([4.0], "float32")], weights)
    optimizer.apply([np.array([0.0, 0.0], "float32"), np.array([1.0], "float32")], weights)
    assert optimizer.take_mean_norm() == pytest.approx((5 + 1) / 2)
    assert optimizer.take_mean_norm() == 0.0
    assert all(np.abs(np.asarray(weight)).max() > 0 for weight in weights)
