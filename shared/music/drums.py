"""The drummer: the rows of a feel, a fill to end a phrase, an accent after it, one stroke to end on."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

from shared.music.rhythm import HOLD, REST, Row, Timeline
from shared.music.styles import DRUM_PITCHES, Feel, Style
from shared.music.touch import Setting, Written

LOUDER = {"X": 12.0, "x": 0.0, "o": -22.0}
# How an instrument lies in the kit: what keeps time stays behind what marks the beat.
BALANCE = {
    "closed_hat": -14.0, "pedal_hat": -16.0, "open_hat": -14.0, "ride": -12.0, "shaker": -16.0, "maracas": -16.0,
    "tambourine": -14.0, "cowbell": -16.0, "crash": -8.0, "claves": -6.0,
}  # fmt: skip

PHRASE_BARS = 4
FILL_CHANCE = 0.35  # at the end of a phrase; every second phrase ends with one for certain
GHOST_REST_CHANCE = 0.15  # soft strokes are left out now and then
STROKE_QUARTERS = 0.2


def play_drums(style: Style, feel: Feel, timeline: Timeline, setting: Setting) -> list[Written]:
    """Return the drums up to where the song comes to rest, and the stroke that ends them."""
    if not feel.drums:
        return []
    stream = setting.stream("drum choices")
    notes: list[Written] = []
    filled = False
    for bar in range(math.ceil(timeline.rest_quarters / setting.bar_quarters)):
        if filled and style.accent:
            notes.append(_hit(style, style.accent, "x", bar * setting.bar_quarters))
        filled = bool(feel.fill) and _takes_fill(bar, timeline, setting, stream)
        notes += _bar(style, feel.fill if filled else feel.drums, bar, timeline, setting, stream)
    return notes + _ending(style, feel, timeline.rest_quarters)


def _takes_fill(bar: int, timeline: Timeline, setting: Setting, stream: random.Random) -> bool:
    """Say whether a bar is a fill: at the end of some phrases, and into the last chord."""
    phrase, within = divmod(bar, PHRASE_BARS)
    into_rest = bar >= PHRASE_BARS - 1 and (bar + 1) * setting.bar_quarters >= timeline.rest_quarters
    return into_rest or (within == PHRASE_BARS - 1 and (phrase % 2 == 1 or stream.random() < FILL_CHANCE))


def _bar(
    style: Style,
    rows: Mapping[str, Row],
    bar: int,
    timeline: Timeline,
    setting: Setting,
    stream: random.Random,
) -> list[Written]:
    """Return one bar; the rows are counted from the start of the song."""
    notes = []
    for name, row in rows.items():
        symbols = row.bars[bar % len(row.bars)]
        for step, symbol in enumerate(symbols):
            onset = (bar + step / len(symbols)) * setting.bar_quarters
            ghosted = symbol == "o" and stream.random() < GHOST_REST_CHANCE
            if symbol not in (HOLD, REST) and onset < timeline.rest_quarters - 1e-6 and not ghosted:
                notes.append(_hit(style, name, symbol, onset))
    return notes


def _ending(style: Style, feel: Feel, rest_quarters: float) -> list[Written]:
    """Return the last stroke: the lowest drum of the feel, with the accent where the style has one."""
    lowest = min(feel.drums, key=lambda name: DRUM_PITCHES[name])
    names = [name for name in (lowest, style.accent) if name]
    return [_hit(style, name, "x", rest_quarters) for name in names]


def _hit(style: Style, name: str, symbol: str, onset_quarters: float) -> Written:
    velocity = style.drum_velocity + LOUDER[symbol] + BALANCE.get(name, 0.0)
    return Written(DRUM_PITCHES[name], velocity, onset_quarters, onset_quarters + STROKE_QUARTERS)
