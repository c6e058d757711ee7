"""Where a chord stands: its section, its bar in the section, its order in the bar, as one whole number.

    place = 1 + order + 4 * bar + 256 * section        0 = nothing is known

| part    | meaning                                                                                        |
|---------|------------------------------------------------------------------------------------------------|
| order   | how many chords of its bar are listed before it, 0 to 3 (more count as 3)                      |
| bar     | bars since its section began, since the song began where sections have no names; modulo 64     |
| section | which name the section has: the names of a song are numbered from 1 in the order in which they |
|         | first come, so that a second verse has the number of the first; 0 = sections have no names     |

A place says when a chord began and never how long it lasts: it holds nothing of chords that are still to come.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from shared.datasets.contract import ChordSong
from shared.music.chords import Chord

UNKNOWN = 0
ORDERS, BARS = 4, 64
N_SECTIONS = 64
N_PLACES = 1 + ORDERS * BARS * N_SECTIONS

# What the network hears of a place by itself: the order, and the bar modulo 16; and what makes two places alike
# where sections have no names: the order, and the bar modulo 8.
PERIOD, HALF_PERIOD = 16 * ORDERS, 8 * ORDERS


def place_id(section: int, bar: int, order: int) -> int:
    """Return the place of a chord."""
    return 1 + min(order, ORDERS - 1) + ORDERS * (bar % BARS) + ORDERS * BARS * (section % N_SECTIONS)


def places_of(song: ChordSong) -> NDArray[np.int32]:
    """Return the place of each chord change of a song: [chords].

    A chord without a place has `UNKNOWN`: a pick-up before the first bar, and every chord of a song whose bars
    do not tell the same story as its changes.
    """
    found = np.full(len(song.chords), UNKNOWN, dtype=np.int32)
    listed = list(_placed(song))
    heard = tuple(chord for chord, _ in listed)
    for first in range(len(song.chords) - len(heard) + 1 if heard else 0):
        if song.chords[first : first + len(heard)] == heard:
            found[first : first + len(heard)] = [place for _, place in listed]
            break
    return found


def _placed(song: ChordSong) -> Iterator[tuple[Chord, int]]:
    """Yield each change in the bars with its place."""
    names = song.sections or ()
    numbers = {name: number for number, name in enumerate(dict.fromkeys(filter(None, names)), start=1)}
    present, begun, before = None, 0, None
    for bar, chords in enumerate(song.bars or ()):
        name = names[bar] if names else None
        if bar and name != present:
            begun = bar
        present = name
        for order, chord in enumerate(chord for chord in chords if chord.root >= 0):
            if chord != before:
                yield chord, place_id(numbers.get(name or "", 0), bar - begun, order)
            before = chord
