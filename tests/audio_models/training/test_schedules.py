"""The learning rate: warm-up, cosine down to 1 %, and one cycle as torch has it."""

from __future__ import annotations

import pytest
import torch
from torch.optim.lr_scheduler import OneCycleLR

from audio_models.training.config import TrainingConfig
from audio_models.training.schedules import Schedule, build_schedule, cosine_factor
from shared.errors import InputError


def _optimizer(rate: float = 2.0) -> torch.optim.Optimizer:
    return torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def _rates(schedule: Schedule, optimizer: torch.optim.Optimizer, count: int) -> list[float]:
    rates = []
    for _ in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        schedule.advance()
    return rates


def test_cosine_warms_up_in_a_line_and_ends_at_one_percent() -> None:
    factors = [cosine_factor(epoch, 9, 4) for epoch in range(9)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    # Five more epochs, half a cosine from 1 to 0.01: 0.505 + 0.495 cos(pi k / 5).
    assert factors[4:] == pytest.approx([0.9054634, 0.6579634, 0.3520366, 0.1045366, 0.01], abs=1e-6)


@pytest.mark.parametrize(("epochs", "warmup", "expected"), [(3, 0, [1, 0.505, 0.01]), (2, 5, [0.2, 0.4]), (1, 0, [1])])
def test_cosine_of_short_runs(epochs: int, warmup: int, expected: list[float]) -> None:
    assert [cosine_factor(epoch, epochs, warmup) for epoch in range(epochs)] == pytest.approx(expected)


def test_one_cycle_is_that_of_torch() -> None:
    optimizer, other = _optimizer(), _optimizer()
    config = TrainingConfig(learning_rate=2.0, num_epochs=10, warmup_epochs=3, scheduler="onecycle")
    theirs = OneCycleLR(other, max_lr=2.0, total_steps=70, pct_start=0.3)
    expected = []
    for _ in range(70):
        expected.append(other.param_groups[0]["lr"])
        other.step()
        if len(expected) < 70:
            theirs.step()
    assert _rates(build_schedule(optimizer, config, 7), optimizer, 70) == pytest.approx(expected)


def test_short_cycle_comes_down_too() -> None:
    optimizer = _optimizer()
    config = TrainingConfig(learning_rate=2.0, num_epochs=2, warmup_epochs=5, scheduler="onecycle")
    rates = _rates(build_schedule(optimizer, config, 10), optimizer, 20)
    assert max(rates) == pytest.approx(2.0)
    assert rates[-1] < 0.01 < rates[0]


def test_state_is_taken_up_where_it_was() -> None:
    first, second = _optimizer(), _optimizer()
    config = TrainingConfig(learning_rate=2.0, num_epochs=10)
    before, after = build_schedule(first, config, 7), build_schedule(second, config, 7)
    _rates(before, first, 6)
    after.load_state_dict(before.state_dict())
    assert _rates(after, second, 4) == _rates(before, first, 4)
    with pytest.raises(InputError, match="trained with scheduler=cosine"):
        build_schedule(second, TrainingConfig(scheduler="onecycle"), 7).load_state_dict(before.state_dict())


def test_unknown_schedule_names_the_nearest() -> None:
    with pytest.raises(InputError, match="unknown scheduler 'cosin'; nearest: cosine"):
        build_schedule(_optimizer(), TrainingConfig(scheduler="cosin"), 7)
