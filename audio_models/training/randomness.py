"""Chance that can be repeated: every random number of a step comes from (seed, epoch, step, process) alone.

So a run that was killed anywhere draws the same data, augmentation and dropout when it takes the step again.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch

VALIDATION = 2**31  # stands in the place of an epoch: validation draws the same every time


def seed_step(seed: int, epoch: int, step: int, process: int = 0) -> int:
    """Seed Python, NumPy and torch (all devices) for one step, and return the number used."""
    words = np.random.SeedSequence([seed, epoch, step, process]).generate_state(2, np.uint32)
    number = int(words[0]) << 32 | int(words[1])
    random.seed(number)
    np.random.seed(words)
    torch.manual_seed(number)
    return number


def random_states() -> dict[str, Any]:
    """Return the state of every global generator as plain data."""
    kind, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    version, numbers, gauss = random.getstate()
    return {
        "python": [version, torch.tensor(numbers), gauss],
        "numpy": [kind, torch.from_numpy(np.asarray(keys, dtype=np.int64)), position, has_gauss, cached],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def restore_random_states(states: dict[str, Any]) -> None:
    """Put every global generator where `random_states` found it."""
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers.tolist()), gauss))
    kind, keys, position, has_gauss, cached = states["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), position, has_gauss, cached))
    torch.set_rng_state(states["torch"])
    # A checkpoint may come from a machine with another number of GPUs.
    if len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
