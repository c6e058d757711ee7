"""Drawing from a list, typed as the list is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")


def pick(rng: np.random.Generator, choices: Sequence[Choice]) -> Choice:
    """Return one of the choices, all alike."""
    return choices[int(rng.integers(len(choices)))]
