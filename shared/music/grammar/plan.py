"""What the corpus holds before a chord is written: which genre, mood, scale type, tonic and split each has.

8 genres x 27 moods x 5 = 1,080 progressions. Exactly 540 are major and 540 minor, and each of the 24 keys has 45;
within every genre the counts of the keys differ by a few at most. A mood's share of minor rises with its
`prefers_minor`; since the moods lean a little to the bright side, all shares are shifted by one constant to reach
one half. Of each five of one genre and mood four are for training; the fifth goes to test in every fourth cell,
else to validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from shared.music.conditions import GENRES, MOODS
from shared.music.moods import MOOD_TABLE

Item = TypeVar("Item")

PER_CELL = 5
_PER_MOOD = len(GENRES) * PER_CELL


@dataclass(frozen=True)
class Commission:
    """One progression to be written."""

    genre: str
    mood: str
    number: int
    mode: str
    tonic: int
    split: str


def commissions(seed: int) -> list[Commission]:
    """Return the plan of the whole corpus, in the order of `GENRES` and `MOODS`."""
    rng = Random(f"plan:{seed}")
    minors = _minors_per_cell()
    modes = {}
    for cell, count in minors.items():
        modes[cell] = ["minor"] * count + ["major"] * (PER_CELL - count)
        shuffle(modes[cell], rng)
    tonics = {"major": _tonics(rng), "minor": _tonics(rng)}
    return [
        Commission(genre, mood, number, mode, next(tonics[mode]), _split(genre, mood, number))
        for genre in GENRES
        for mood in MOODS
        for number, mode in enumerate(modes[genre, mood], 1)
    ]


def shuffle(items: list[Item], rng: Random) -> None:
    """Shuffle in place by `rng.random()` alone, whose stream Python promises never to change."""
    for last in range(len(items) - 1, 0, -1):
        other = int(rng.random() * (last + 1))
        items[last], items[other] = items[other], items[last]


def minors_per_mood() -> dict[str, int]:
    """Return how many of the 40 progressions of each mood are minor; they sum to half the corpus."""
    total = _PER_MOOD * len(MOODS) // 2
    shift = 0.5 - sum(MOOD_TABLE[mood].prefers_minor for mood in MOODS) / len(MOODS)
    wanted = {mood: (MOOD_TABLE[mood].prefers_minor + shift) * _PER_MOOD for mood in MOODS}
    counts = {mood: int(share) for mood, share in wanted.items()}
    remainders = sorted(MOODS, key=lambda mood: counts[mood] - wanted[mood])
    for mood in remainders[: total - sum(counts.values())]:
        counts[mood] += 1
    return counts


def _minors_per_cell() -> dict[tuple[str, str], int]:
    """Deal the minor ones of each mood to the genres evenly, the odd ones to each genre in turn."""
    turn = 0
    cells: dict[tuple[str, str], int] = {}
    for mood, count in minors_per_mood().items():
        each, odd = divmod(count, len(GENRES))
        extra = {GENRES[(turn + step) % len(GENRES)] for step in range(odd)}
        turn += odd
        cells |= {(genre, mood): each + (genre in extra) for genre in GENRES}
    return cells


def _tonics(rng: Random) -> Iterator[int]:
    """Yield the twelve tonics in one shuffled round after another."""
    while True:
        round_of_twelve = list(range(12))
        shuffle(round_of_twelve, rng)
        yield from round_of_twelve


def _split(genre: str, mood: str, number: int) -> str:
    """Return train for the first four of a cell; the fifth is test in every fourth cell, else validation."""
    if number < PER_CELL:
        return "train"
    every_fourth = (GENRES.index(genre) + MOODS.index(mood)) % 4 == 0
    return "test" if every_fourth else "validation"
