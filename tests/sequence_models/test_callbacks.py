"""The learning rate warms up, falls by a cosine, and reaches its end when the time is up."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sequence_models.callbacks import CosineRate, TimeLimit


class _Model:
    def __init__(self) -> None:
        self.optimizer = keras.optimizers.SGD(1.0)


def _rates(epochs: int, steps: int, warmup: int, clock: TimeLimit, first_epoch: int = 0) -> list[float]:
    """Return the rate of every step of a run whose epochs take ten seconds each."""
    schedule = CosineRate(2.0, epochs, warmup, lambda: steps, clock)
    schedule.set_model(_Model())
    rates = []
    for epoch in range(first_epoch, epochs):
        schedule.on_epoch_begin(epoch)
        for batch in range(steps):
            schedule.on_train_batch_begin(batch)
            rates.append(float(schedule.model.optimizer.learning_rate.numpy()))
        clock.elapsed_s += 10
    return rates


def test_rate_warms_up_then_falls_to_one_percent() -> None:
    rates = _rates(10, 20, 40, TimeLimit(0))
    assert rates[0] == pytest.approx(2.0 / 40, rel=0.01)
    assert np.argmax(rates) in range(38, 42)
    assert rates[100] == pytest.approx(2 * (0.01 + 0.99 / 2), rel=0.01)
    assert rates[-1] == pytest.approx(0.02, rel=0.05)
    assert np.all(np.diff(rates[45:]) < 0)


def test_continued_run_has_the_rates_of_the_whole_one() -> None:
    whole = _rates(6, 10, 15, TimeLimit(0))
    assert _rates(6, 10, 15, TimeLimit(0), first_epoch=4) == whole[40:]


def test_time_limit_brings_the_end_forward() -> None:
    rates = _rates(100, 10, 5, TimeLimit(100.0))
    assert rates[9 * 10 + 9] < 0.15
    assert rates[50] > 0.5
