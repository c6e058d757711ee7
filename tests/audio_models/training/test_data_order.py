"""The order of the data comes from seed and epoch, for our own loaders and for any other."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from audio_models.training.batches import Batches
from audio_models.training.config import TrainingConfig
from audio_models.training.data_order import EpochOrder, build_loader
from audio_models.training.randomness import random_states, restore_random_states, seed_step

DATASET = TensorDataset(torch.arange(10), torch.arange(10))


def order_of(loader: DataLoader[Any], epoch: int, seed: int = 0, first: int = 0) -> list[int]:
    """Return the examples of an epoch; chance before it must not matter."""
    torch.rand(3)
    return [int(x) for batch in Batches(loader, "training", seed, 0, 1).of_epoch(epoch, first) for x in batch.inputs]


def _loaders() -> dict[str, DataLoader[Any]]:
    sampler = RandomSampler(DATASET, replacement=True, generator=torch.Generator().manual_seed(8))
    return {
        "ours": build_loader(DATASET, TrainingConfig(batch_size=3), shuffle=True),
        "shuffled": DataLoader(DATASET, 3, shuffle=True),
        "own generator": DataLoader(DATASET, 3, shuffle=True, generator=torch.Generator()),
        "sampler with generator": DataLoader(DATASET, 3, sampler=sampler),
    }


@pytest.mark.parametrize("name", _loaders())
def test_epoch_has_its_order_whatever_came_before(name: str) -> None:
    loader = _loaders()[name]
    orders = [order_of(loader, epoch) for epoch in (0, 1, 2)]
    assert orders[0] != orders[1] != orders[2]
    again = _loaders()[name]
    assert order_of(again, 2) == orders[2]
    assert order_of(again, 1, first=2) == orders[1][6:]


def test_other_seed_other_order_and_nothing_lost() -> None:
    orders = []
    for seed in (0, 1):
        sampler = EpochOrder(10, seed)
        sampler.set_epoch(4)
        orders.append(list(sampler))
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(10))


def test_unshuffled_loader_keeps_the_order() -> None:
    assert order_of(build_loader(DATASET, TrainingConfig(batch_size=4), shuffle=False), 3) == list(range(10))


def test_step_seeds_every_generator_and_differs_by_process() -> None:
    import random

    import numpy as np

    def draw(*place: int) -> tuple[float, float, float]:
        seed_step(*place)
        return random.random(), float(np.random.rand()), float(torch.rand(()))

    first = draw(0, 1, 2)
    assert draw(0, 1, 2) == first
    others = [draw(1, 1, 2), draw(0, 2, 2), draw(0, 1, 3), draw(0, 1, 2, 1)]
    assert all(a != b for other in others for a, b in zip(other, first, strict=True))


def test_states_of_all_generators_come_back() -> None:
    import random

    import numpy as np

    random.gauss(0, 1), np.random.standard_normal()  # both keep a second number for next time
    states = random_states()
    drawn = random.gauss(0, 1), float(np.random.standard_normal()), float(torch.rand(()))
    restore_random_states(states)
    assert (random.gauss(0, 1), float(np.random.standard_normal()), float(torch.rand(()))) == drawn
