"""Drum performances: what the drum corpora yield."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.music.drum_bars import BAR_QUARTERS, STEP_QUARTERS, DrumBar, drum_bar
from shared.music.emotion_nets import N_STEPS


@dataclass(frozen=True, eq=False, kw_only=True)
class DrumPerformance:
    """One performance to a click.

    Attributes:
        id: its name.
        dataset: its data set.
        licence: its licence.
        style: the first word of the corpus' style.
        genre: the one of `conditions.GENRES` nearest to it, or None.
        tempo_qpm: of the click.
        is_fill: a fill instead of a beat.
        hits: [n, 3] onset in quarters, pitch, velocity 1-127; by onset.
        group: performances of one group belong in one split: a session of a drummer.
        split: train, validation or test as the corpus fixes it.
    """

    id: str
    dataset: str
    licence: str
    style: str
    genre: str | None
    tempo_qpm: float
    is_fill: bool
    hits: NDArray[np.float64]
    group: str
    split: str

    def bars(self) -> Iterator[DrumBar]:
        """Yield the bars that have a hit; a hit belongs to the step that it is nearest to."""
        steps = np.round(self.hits[:, 0] / STEP_QUARTERS).astype(int)
        bars = steps // N_STEPS
        for bar in np.unique(bars):
            yield drum_bar(self.hits[bars == bar], float(bar) * BAR_QUARTERS)
