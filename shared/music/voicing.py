"""Voice leading: chords become sets of pitches that keep common tones and otherwise move little.

Every chord gets the same number of voices (4 by default), counted from below. Which tones they sing:

- the guide tones (third, seventh or sixth) and what colours a chord (altered fifth, ninth ...) first;
- the root and the perfect fifth where there is room: the bass has the root;
- in triads the root or the fifth twice, a minor third before a major one.

All placements within the register are then compared (close and open position, inversions, drop voicings), and
the cheapest path through the whole progression is taken (Viterbi 1967), not the cheapest next step. It
minimises the movement of all voices in semitones, plus `WEIGHTS` for what a harmony book warns of. Voices
never cross: they are numbered by height.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.music.chords import Chord

DEFAULT_REGISTER = (55, 79)  # G3 to G5: above the bass, below a singer
MAX_GAP = 12  # semitones between neighbouring voices
MAX_SPAN = 19  # an octave and a fifth: two hands

WEIGHTS = {
    "leap": 0.25,  # per squared semitone of the voice that moves most
    "common_tone": 5.0,  # per pitch class of both chords that no voice holds
    "overlap": 4.0,  # per voice that passes where its neighbour was
    "parallel": 1.5,  # per pair of voices in parallel octaves or fifths
    "centre": 0.25,  # per semitone between the mean pitch and the middle of the register
    "span": 0.15,  # per semitone away from a tenth
    "minor_second": 1.0,  # per neighbouring voices a semitone apart
    "minor_ninth": 2.0,  # per two voices 13 semitones apart
    "low_second": 1.5,  # per second between voices below C4, where it growls
    "unison": 6.0,  # per voice that doubles another at the same pitch
}
_COMFORTABLE_SPAN = 15
_LOW = 60

Voicing = tuple[int, ...]


def lead_voices(
    chords: Sequence[Chord], register: tuple[int, int] = DEFAULT_REGISTER, n_voices: int = 4
) -> list[Voicing]:
    """Voice a progression.

    Args:
        chords: the progression; N and X are rests, over which the voices stay where they were.
        register: lowest and highest pitch of the voices; at least an octave and a half apart.
        n_voices: voices of every chord, 2 to 5.

    Returns:
        For each chord its pitches in ascending order, one per voice, empty for N and X.

    Raises:
        InputError: when the register is too narrow or the number of voices is not 2 to 5.
    """
    low, high = register
    if not 2 <= n_voices <= 5 or not 0 <= low <= high - 18 or high > 127:
        raise InputError(f"cannot lead {n_voices} voices from {low} to {high}; use 2 to 5 in 18 semitones")
    sounding = [chord for chord in chords if chord.root >= 0]
    steps = [_candidates(chord.root, _intervals(chord), low, high, n_voices) for chord in sounding]
    path = iter(_cheapest_path(steps))
    return [next(path) if chord.root >= 0 else () for chord in chords]


def _intervals(chord: Chord) -> tuple[int, ...]:
    """Return the semitones above the root of a chord's own tones, without a foreign bass."""
    pure = Chord(chord.root, chord.quality, chord.root)
    return tuple(sorted((pitch_class - chord.root) % 12 for pitch_class in pure.pitch_classes))


def guide_tones(intervals: Sequence[int]) -> tuple[int, ...]:
    """Return the third (or what stands for it) and the seventh or sixth among semitones above the root."""
    third = next((tone for tone in (4, 3, 5, 2) if tone in intervals), None)
    seventh = next((tone for tone in (10, 11, 9) if tone in intervals), None)
    return tuple(tone for tone in (third, seventh) if tone is not None)


def choose_tones(intervals: Sequence[int], n_voices: int) -> list[tuple[tuple[int, ...], float]]:
    """Return the ways to give a chord's tones to voices: (semitones above the root, cost).

    The root or the perfect fifth is dropped first, then colours (the plainest first); guide tones never, as long
    as there are two voices.
    """
    guides = guide_tones(intervals)
    colours = [tone for tone in intervals if tone not in (0, 7, *guides)]
    # The highest extension names the chord (13, 11, 9); an altered tone (1, 3, 6, 8) colours it most.
    colours.sort(key=lambda tone: (tone not in (1, 3, 6, 8), {9: 0, 5: 1, 2: 2}.get(tone, 0)))
    needed = (*guides, *colours)[:n_voices]
    plain = [tone for tone in (0, 7) if tone in intervals]
    room = n_voices - len(needed)
    if len(plain) >= room:
        return [((*needed, *chosen), 0.0) for chosen in itertools.combinations(plain, room)]
    doublings = _doublings(intervals, guides)
    chosen = itertools.combinations_with_replacement(doublings, room - len(plain))
    return [((*needed, *plain, *extra), sum(doublings[tone] for tone in extra)) for extra in chosen]


def _doublings(intervals: Sequence[int], guides: Sequence[int]) -> dict[int, float]:
    """Return the tones that may sound twice, with the cost of doing so."""
    costs = {0: 0.0}
    if 7 in intervals:
        costs[7] = 0.5
    if guides and guides[0] == 3:
        costs[3] = 1.0
    return costs


@cache
def _candidates(
    root: int, intervals: tuple[int, ...], low: int, high: int, n_voices: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return all placements of a chord `[candidates, voices]`, ascending, and the cost of each."""
    costs: dict[Voicing, float] = {}
    for tones, cost in choose_tones(intervals, n_voices):
        for pitches in _placements([(root + tone) % 12 for tone in tones], low, high):
            costs[pitches] = min(costs.get(pitches, np.inf), cost + _roughness(pitches, low, high))
    return np.array(list(costs)), np.array(list(costs.values()))


def _placements(pitch_classes: Sequence[int], low: int, high: int) -> Iterator[Voicing]:
    """Yield the ways to place pitch classes in a register, wide gaps excluded."""
    octaves = [range(low + (pitch_class - low) % 12, high + 1, 12) for pitch_class in pitch_classes]
    for pitches in {tuple(sorted(choice)) for choice in itertools.product(*octaves)}:
        gaps = [above - below for below, above in itertools.pairwise(pitches)]
        if max(gaps) <= MAX_GAP and pitches[-1] - pitches[0] <= MAX_SPAN:
            yield pitches


def _roughness(pitches: Voicing, low: int, high: int) -> float:
    """Return the cost of one voicing by itself."""
    gaps = [above - below for below, above in itertools.pairwise(pitches)]
    pairs = [above - below for below, above in itertools.combinations(pitches, 2)]
    cost = WEIGHTS["centre"] * abs(sum(pitches) / len(pitches) - (low + high) / 2)
    cost += WEIGHTS["span"] * abs(pitches[-1] - pitches[0] - _COMFORTABLE_SPAN)
    cost += WEIGHTS["minor_second"] * gaps.count(1) + WEIGHTS["minor_ninth"] * pairs.count(13)
    cost += WEIGHTS["unison"] * gaps.count(0)
    low_seconds = sum(gap <= 2 and pitch < _LOW for gap, pitch in zip(gaps, pitches, strict=False))
    return cost + WEIGHTS["low_second"] * low_seconds


def _cheapest_path(steps: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> list[Voicing]:
    """Return the cheapest choice of one placement per chord (dynamic programming; ties go to the first)."""
    if not steps:
        return []
    total, back = steps[0][1], []
    for (before, _), (after, own) in itertools.pairwise(steps):
        through = total[:, None] + _transition(before, after)
        back.append(through.argmin(axis=0))
        total = through.min(axis=0) + own
    index = int(total.argmin())
    path = [index]
    for pointers in reversed(back):
        index = int(pointers[index])
        path.append(index)
    return [
        tuple(int(pitch) for pitch in placements[choice])
        for (placements, _), choice in zip(steps, reversed(path), strict=True)
    ]


def _transition(before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the cost `[before, after]` of every step between two chords' placements."""
    old, new = before[:, None, :], after[None, :, :]
    motion = new - old
    distance = np.abs(motion)
    cost = distance.sum(axis=2) + WEIGHTS["leap"] * distance.max(axis=2) ** 2
    cost = cost + WEIGHTS["common_tone"] * _common_tones_left(old, new)
    passed = (new[..., :-1] > old[..., 1:]).sum(axis=2) + (new[..., 1:] < old[..., :-1]).sum(axis=2)
    return np.asarray(cost + WEIGHTS["overlap"] * passed + WEIGHTS["parallel"] * _parallels(old, new, motion))


def _common_tones_left(old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count `[before, after]` the pitch classes that both placements have and no voice holds."""
    old_set = np.bitwise_or.reduce(1 << (old % 12), axis=2)
    new_set = np.bitwise_or.reduce(1 << (new % 12), axis=2)
    held_set = np.bitwise_or.reduce(np.where(new == old, 1 << (new % 12), 0), axis=2)
    return np.asarray(np.bitwise_count(old_set & new_set & ~held_set), dtype=np.int64)


def _parallels(old: NDArray[np.int64], new: NDArray[np.int64], motion: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count `[before, after]` the pairs of voices that move in parallel octaves or fifths."""
    count = np.zeros(motion.shape[:2], dtype=np.int64)
    for lower, upper in itertools.combinations(range(motion.shape[2]), 2):
        perfect = np.isin((old[..., upper] - old[..., lower]) % 12, (0, 7))
        together = (motion[..., lower] == motion[..., upper]) & (motion[..., lower] != 0)
        count += perfect & together
    return count
