"""Timed chords in the names that musicians write, spelt as their key asks."""

from __future__ import annotations

import numpy as np

from shared.datasets.contract import TimedChords
from shared.music.chords import parse
from shared.music.keys import Key, estimate_key
from shared.music.lead_sheet import format_lead_sheet


def key_of(timed: TimedChords) -> Key | None:
    """Return the key that the chords suggest, each weighing its length; None where no chord sounds."""
    chords = [parse(label) for label in timed.labels]
    if all(chord.root < 0 for chord in chords):
        return None
    return estimate_key(chords, np.diff(timed.intervals_s, axis=1)[:, 0].tolist())


def lead_sheet_names(timed: TimedChords, key: Key | None = None) -> tuple[str, ...]:
    """Return the lead-sheet name of each chord; without a key, spelt in the one that the chords suggest."""
    key = key or key_of(timed)
    return tuple(format_lead_sheet(parse(label), key) for label in timed.labels)
