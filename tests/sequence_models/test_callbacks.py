"""The learning rate warms up, falls by a cosine, and reaches its end when the time is up; averages are lent."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from sequence_models.callbacks import AveragedWeights, BestModel, CosineRate, TimeLimit


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


def test_the_mean_of_the_weights_is_kept_and_training_goes_on_with_its_own(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(40, 3)), rng.normal(size=(40, 1))
    steps: list[np.ndarray] = []
    own = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(model.get_weights()[0]))
    averaged = AveragedWeights()
    callbacks = [own, averaged, BestModel(tmp_path / "best.keras"), averaged.given_back]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.8), "mse")
    model.fit(inputs, targets, 8, epochs=2, validation_data=(inputs, targets), callbacks=callbacks, verbose=0)
    means = [steps[0]]
    for weights in steps[1:]:
        means.append(0.8 * means[-1] + 0.2 * weights)
    kept = keras.saving.load_model(tmp_path / "best.keras").get_weights()[0]
    # The best epoch is the first or the last.
    assert min(np.abs(kept - means[4]).max(), np.abs(kept - means[-1]).max()) < 1e-6
    # The second epoch goes on from the last step of the first: a step leads on by less than the mean lags behind.
    assert np.abs(steps[5] - steps[4]).max() < np.abs(steps[5] - means[4]).max()
