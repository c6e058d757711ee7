"""Rhythm as text: rows of steps become strokes on the chords of a progression.

A row is one or more bars separated by `|`; a bar of n characters has n equal steps (8 in 4/4 are eighths, 12
are triplets, 16 are sixteenths). Every character but two is a stroke whose meaning belongs to the part that
plays it; `-` holds the stroke before it, also across a bar line; `.` rests. The row repeats over the song.

Where the harmony changes under a held stroke, the stroke is struck again on the new chord; a chord that would
pass without any stroke gets one at its onset. So every chord of a progression is heard, whatever its length.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import InputError
from shared.music.chords import Chord

HOLD, REST = "-", "."
# A held rest of a stroke shorter than this (in quarters) is let go rather than struck again.
SHORTEST_QUARTERS = 0.25


@dataclass(frozen=True, slots=True)
class Stroke:
    """One attack: what to play (`symbol`), when (quarters), and on which chord of the timeline."""

    symbol: str
    onset_quarters: float
    end_quarters: float
    chord_index: int


@dataclass(frozen=True, slots=True)
class Row:
    """A parsed row: for each bar its symbols, in equal steps."""

    bars: tuple[str, ...]

    def strokes(self, bar_quarters: float, end_quarters: float) -> list[tuple[str, float, float]]:
        """Return (symbol, onset, end) in quarters until `end_quarters`.

        A hold at the very start, with nothing before it, is a stroke with the symbol `-`.
        """
        strokes: list[tuple[str, float, float]] = []
        sounding = False
        for symbol, onset, end in self._steps(bar_quarters, end_quarters):
            if symbol == HOLD and sounding:
                strokes[-1] = (*strokes[-1][:2], end)
                continue
            sounding = symbol not in (HOLD, REST) or (symbol == HOLD and onset == 0)
            if sounding:
                strokes.append((symbol, onset, end))
        return strokes

    def _steps(self, bar_quarters: float, end_quarters: float) -> Iterator[tuple[str, float, float]]:
        """Repeat the bars until the end, step by step."""
        for bar_index in range(math.ceil(end_quarters / bar_quarters)):
            bar = self.bars[bar_index % len(self.bars)]
            step = bar_quarters / len(bar)
            for index, symbol in enumerate(bar):
                onset = bar_index * bar_quarters + index * step
                if onset < end_quarters:
                    yield symbol, onset, min(onset + step, end_quarters)


def parse_row(text: str, symbols: str) -> Row:
    """Read a row of which every stroke is one of `symbols`; spaces are for the eye.

    Raises:
        InputError: for an empty bar or an unknown symbol.
    """
    bars = tuple("".join(text.split()).split("|"))
    unknown = sorted({symbol for bar in bars for symbol in bar} - set(symbols + HOLD + REST))
    if unknown or not all(bars):
        problem = f"unknown symbol '{unknown[0]}'" if unknown else "an empty bar"
        raise InputError(f"rhythm row '{text}' has {problem}; strokes are {symbols}, hold is -, rest is .")
    return Row(bars)


@dataclass(frozen=True)
class Timeline:
    """The harmony over time: chord `i` sounds from `onsets[i]` to `onsets[i + 1]` quarters.

    `onsets` has one more entry than `chords`: the end of the song. `rest_quarters` is where the song comes to
    rest: from there on its last chord is held.
    """

    chords: tuple[Chord, ...]
    onsets: tuple[float, ...]
    rest_quarters: float

    @property
    def end_quarters(self) -> float:
        """Length of the song."""
        return self.onsets[-1]

    def at(self, quarters: float) -> int:
        """Return the index of the chord that sounds at a time; the last one from the end on."""
        # The small margin keeps triplets, whose onsets are no exact floats, on their own side of a change.
        index = bisect.bisect_right(self.onsets, quarters + 1e-6) - 1
        return min(max(index, 0), len(self.chords) - 1)

    def span(self, index: int) -> tuple[float, float]:
        """Return (onset, end) of a chord in quarters; a part stops playing its pattern at `rest_quarters`."""
        return self.onsets[index], min(self.onsets[index + 1], max(self.rest_quarters, self.onsets[index]))


def build_timeline(chords: Sequence[Chord], quarters: Sequence[float], bar_quarters: float) -> Timeline:
    """Lay chords end to end; equal neighbours become one, and the last bar at least is a rest.

    Raises:
        InputError: when there is no chord, or a length is missing or not above 0.
    """
    if not chords:
        raise InputError("there is no chord to play; give at least one, such as C")
    if len(chords) != len(quarters):
        raise InputError(f"{len(chords)} chords but {len(quarters)} lengths; give one length for each chord")
    if any(not length > 0 or length > 1e5 for length in quarters):
        raise InputError("a chord length is not above 0 quarters; give each chord a length such as 4")
    merged: list[Chord] = []
    onsets: list[float] = []
    now = 0.0
    for chord, length in zip(chords, quarters, strict=True):
        if not merged or chord != merged[-1]:
            merged.append(chord)
            onsets.append(now)
        now += float(length)
    rest = max(onsets[-1], now - bar_quarters)
    return Timeline(tuple(merged), (*onsets, max(now, rest + bar_quarters)), rest)


def strokes_on_chords(
    row: Row, timeline: Timeline, bar_quarters: float, restrike: str, ahead_quarters: Mapping[str, float]
) -> list[Stroke]:
    """Lay a row over the song up to `rest_quarters`.

    Args:
        row: the rhythm.
        timeline: the harmony.
        bar_quarters: length of a bar.
        restrike: symbol of the strokes that a change of harmony calls for.
        ahead_quarters: for symbols that anticipate, how far ahead they look for their chord.
    """
    strokes: list[Stroke] = []
    for symbol, onset, end in row.strokes(bar_quarters, timeline.rest_quarters):
        index = timeline.at(onset + ahead_quarters.get(symbol, 0.0))
        stroke = Stroke(restrike if symbol == HOLD else symbol, onset, end, index)
        strokes += _split(stroke, timeline, restrike)
    heard = {stroke.chord_index for stroke in strokes}
    for index in range(len(timeline.chords)):
        onset, end = timeline.span(index)
        if index not in heard and end > onset:
            strokes.append(Stroke(restrike, onset, end, index))
    return sorted(strokes, key=lambda stroke: stroke.onset_quarters)


def _split(stroke: Stroke, timeline: Timeline, restrike: str) -> list[Stroke]:
    """Cut a stroke where its chord ends; what is left is struck again on the chords that follow."""
    pieces: list[Stroke] = []
    symbol, onset, index = stroke.symbol, stroke.onset_quarters, stroke.chord_index
    while onset < stroke.end_quarters - 1e-6:
        end = min(stroke.end_quarters, timeline.onsets[index + 1])
        if not pieces or end - onset >= SHORTEST_QUARTERS - 1e-6:
            pieces.append(Stroke(symbol, onset, end, index))
        symbol, onset, index = restrike, end, min(index + 1, len(timeline.chords) - 1)
        if index == len(timeline.chords) - 1 and onset >= timeline.end_quarters:
            break
    return pieces


def swing_time(quarters: float, ratio: float) -> float:
    """Move the second eighth of each quarter: `ratio` 0.5 is straight, 2/3 a triplet shuffle."""
    beat, phase = divmod(quarters, 1.0)
    if phase < 0.5:
        return float(beat + phase * 2 * ratio)
    return float(beat + ratio + (phase - 0.5) * 2 * (1 - ratio))
