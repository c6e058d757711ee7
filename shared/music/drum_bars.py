"""A bar of drums as the groove predictor sees it: what is struck on which sixteenth, how hard, how far off the grid.

| row of `struck` | drums (General MIDI)                                     |
|-----------------|----------------------------------------------------------|
| 0 kick          | 35, 36                                                   |
| 1 snare         | rim, snare, clap and toms: 37-41, 43, 45, 47, 48, 50, 58 |
| 2 cymbal        | hi-hats, ride, crash and whatever else                   |
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.music.emotion_nets import DRUMS, N_STEPS

KICKS = frozenset({35, 36})
# 22 and 26 (rims of the hi-hat of the kit that Groove was played on) are cymbals.
SNARES = frozenset({37, 38, 39, 40, 41, 43, 45, 47, 48, 50, 58})
STEP_QUARTERS = 0.25
BAR_QUARTERS = N_STEPS * STEP_QUARTERS


@dataclass(frozen=True, eq=False)
class DrumBar:
    """One bar of 4/4.

    Attributes:
        struck: [3, 16] velocity / 127 of the loudest hit of each of `DRUMS`, 0 where none is.
        accents: [16] the loudest of a step.
        timing: [16] mean distance of a step's hits from the grid in sixteenths, -0.5 early .. 0.5 late, 0 without.
    """

    struck: NDArray[np.float32]
    accents: NDArray[np.float32]
    timing: NDArray[np.float32]


def drum_bar(hits: NDArray[np.float64], start_quarters: float = 0.0) -> DrumBar:
    """Return the bar of hits [n, 3] (onset in quarters, pitch, velocity) that starts at a time."""
    place = (hits[:, 0] - start_quarters) / STEP_QUARTERS
    steps = np.clip(np.round(place).astype(int), 0, N_STEPS - 1)
    struck = np.zeros((len(DRUMS), N_STEPS), dtype=np.float32)
    rows = np.array([drum_row(int(pitch)) for pitch in hits[:, 1]], dtype=int)
    np.maximum.at(struck, (rows, steps), (hits[:, 2] / 127).astype(np.float32))
    counts = np.bincount(steps, minlength=N_STEPS)
    late = np.bincount(steps, weights=np.clip(place - steps, -0.5, 0.5), minlength=N_STEPS)
    return DrumBar(struck, struck.max(axis=0), (late / np.maximum(counts, 1)).astype(np.float32))


def drum_row(pitch: int) -> int:
    """Return the row of `DRUMS` that a General MIDI drum belongs to."""
    return 0 if pitch in KICKS else 1 if pitch in SNARES else 2
