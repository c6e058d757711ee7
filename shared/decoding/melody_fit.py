"""How well a chord carries the melody above it: the likelihood of the melody's notes, given chord and key.

A chord spreads a mass of one over the twelve pitch classes: most on root, third and fifth, less on its other
notes, a little on the rest of the scale, hardly any on what is foreign to both. So a chord of many notes has
less for each and does not win by having them all. The log of that mass is summed over the melody of a segment,
each note weighted by how long it sounds there and by where it is struck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.chord_tokens import N_SPECIAL, N_TOKENS, id_to_chord
from shared.music.chord_types import INTERVALS
from shared.music.keys import Key
from shared.music.melody import Melody
from shared.music.score import Note

Fit = NDArray[np.float64]

# Share of a chord's mass for one pitch class, by the part it has in the chord, before scaling to a sum of one: the
# share of melody time over the chords of POP909's training songs. Foreign notes have 0.0015 there, but not every
# melody keeps so close to its key, and the key may be estimated wrongly.
_ROOT, _THIRD, _FIFTH, _OTHER, _SCALE, _FOREIGN = 0.28, 0.23, 0.22, 0.12, 0.065, 0.004
_THIRDS, _FIFTHS = (3, 4), (6, 7, 8)
# What raises a note's weight: struck where the segment begins, or on a beat. Not tuned.
_AT_THE_START, _ON_A_BEAT = 1.5, 1.2
# Played a little early or late is still on the beat.
_TOLERANCE_QUARTERS = 0.13
# Bounds what a melody of absurd length or a mistyped number of beats asks of the machine.
_MOST_SEGMENTS = 4000


@dataclass(frozen=True, eq=False)
class Segments:
    """Stretches of time that get one chord each, without gaps.

    Attributes:
        bounds_quarters: [n + 1], ascending: segment i goes from bound i to bound i + 1.
        on_bar: [n], whether a segment begins at a bar line.
    """

    bounds_quarters: NDArray[np.float64]
    on_bar: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Refuse what is no division of time.

        Raises:
            InputError: when bounds do not ascend or the two arrays do not fit.
        """
        if len(self.bounds_quarters) != len(self.on_bar) + 1 or not len(self.on_bar):
            raise InputError(f"{len(self.on_bar)} segments need one bound more, not {len(self.bounds_quarters)}")
        if not (np.diff(self.bounds_quarters) > 0).all():
            raise InputError("the bounds of segments must ascend")

    def __len__(self) -> int:
        """Return the number of segments."""
        return len(self.on_bar)


def equal_segments(melody: Melody, quarters_per_chord: float = 0.0) -> Segments:
    """Divide a melody into segments of one length, up to the end of its last bar; 0 stands for a bar.

    Raises:
        InputError: when the length is negative or so short that there would be thousands.
    """
    length = quarters_per_chord or melody.bar_quarters
    n_bars = max(int(np.ceil(melody.end_quarters / melody.bar_quarters - 1e-6)), 1)
    end = n_bars * melody.bar_quarters
    if length < 0 or end / length > _MOST_SEGMENTS:
        raise InputError(
            f"a chord every {length:g} quarters makes too many for a melody of {n_bars} bars; ask for fewer"
        )
    onsets = np.arange(0.0, end - 1e-6, length)
    in_bar = (onsets + 1e-6) % melody.bar_quarters
    return Segments(np.append(onsets, end), in_bar < 1e-3)


def segment_weights(notes: tuple[Note, ...], segments: Segments) -> NDArray[np.float64]:
    """Return how much each pitch class weighs in each segment, in quarters on strong beats, [n, 12]."""
    bounds = segments.bounds_quarters
    weights = np.zeros((len(segments), 12))
    for note in notes:
        first = int(np.searchsorted(bounds, note.onset_quarters, side="right")) - 1
        last = int(np.searchsorted(bounds, note.end_quarters, side="left"))
        for index in range(max(first, 0), min(last, len(segments))):
            heard = min(note.end_quarters, bounds[index + 1]) - max(note.onset_quarters, bounds[index])
            weights[index, note.pitch % 12] += heard * _strength(note.onset_quarters - bounds[index])
    return weights


def _strength(quarters: float) -> float:
    """Return the weight of a note that is struck so long after the beginning of the segment (before it: < 0)."""
    if abs(quarters) <= _TOLERANCE_QUARTERS:
        return _AT_THE_START
    return _ON_A_BEAT if abs(quarters - round(quarters)) <= _TOLERANCE_QUARTERS else 1.0


def melody_fit(weights: NDArray[np.float64], key: Key) -> Fit:
    """Return the log-likelihood of each segment's melody under each chord token, [n, 279].

    Args:
        weights: of the pitch classes in each segment, [n, 12].
        key: whose scale the melody moves in.

    PAD, START and END, which are no chords, get 0 as silence does.
    """
    fit = np.zeros((len(weights), N_TOKENS))
    fit[:, N_SPECIAL:] = weights @ _log_masses(key).T
    return fit


@cache
def _log_masses(key: Key) -> NDArray[np.float64]:
    """Return the log mass of each pitch class under each chord, [276, 12]."""
    masses = np.full((N_TOKENS - N_SPECIAL, 12), _FOREIGN)
    masses[:, list(key.scale_pitch_classes)] = _SCALE
    for row, token in zip(masses, range(N_SPECIAL, N_TOKENS), strict=True):
        chord = id_to_chord(token)
        for interval in INTERVALS[chord.quality]:
            row[(chord.root + interval) % 12] = _mass(interval)
    return np.asarray(np.log(masses / masses.sum(axis=1, keepdims=True)))


def _mass(interval: int) -> float:
    """Return the mass of a chord's note, `interval` semitones above the root."""
    if interval == 0:
        return _ROOT
    if interval in _THIRDS:
        return _THIRD
    return _FIFTH if interval in _FIFTHS else _OTHER
