"""The human touch: written strokes become played notes, a little early or late, a little louder or softer.

Everything random comes from one stream per part, seeded by the song's seed and the part's name: the same seed
gives the same notes, and a part plays the same whether or not the others are heard.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.music.rhythm import swing_time
from shared.music.score import Note

# Spread of onsets within and between the attacks of a practised ensemble, in seconds (standard deviations).
ATTACK_SPREAD_S, VOICE_SPREAD_S = 0.006, 0.002
LATEST_S = 0.018  # no attack strays further
VELOCITY_SPREAD = 3.0
SHORTEST_NOTE_QUARTERS = 0.05
PHRASE_BARS = 8
_ARC, _GROWTH = 5.0, 3.0  # velocity: the swell within a phrase, and from the song's start to its end

# Where the weight of each meter lies: (onset in the bar in quarters, velocity added).
ACCENTS = {
    "4/4": ((0.0, 7.0), (2.0, 4.0), (1.0, 1.0), (3.0, 1.0)),
    "3/4": ((0.0, 7.0), (1.0, 1.0), (2.0, 1.0)),
    "6/8": ((0.0, 7.0), (1.5, 4.0)),
}
OFF_BEAT = -4.0


@dataclass(frozen=True, slots=True)
class Written:
    """A note before it is played: exact times in quarters, a velocity that may be out of range."""

    pitch: int
    velocity: float
    onset_quarters: float
    end_quarters: float


@dataclass(frozen=True)
class Setting:
    """What all parts of a song share."""

    tempo_qpm: float
    meter: str
    bar_quarters: float
    swing: float
    end_quarters: float
    seed: int

    def stream(self, part: str) -> random.Random:
        """Return the random stream of a part."""
        return random.Random(f"{self.seed}:{part}")

    def quarters(self, seconds: float) -> float:
        """Return a time in quarters."""
        return seconds * self.tempo_qpm / 60.0


def dynamics(onset_quarters: float, setting: Setting) -> float:
    """Return the velocity to add at a time: accent of the meter, swell of the phrase, growth over the song."""
    bar, within = divmod(onset_quarters + 1e-6, setting.bar_quarters)
    accent = next((add for at, add in ACCENTS[setting.meter] if abs(within - at) < 0.02), OFF_BEAT)
    arc = math.sin(math.pi * (bar % PHRASE_BARS + 0.5) / PHRASE_BARS)
    growth = 2 * onset_quarters / max(setting.end_quarters, 1e-9) - 1
    return accent + _ARC * (arc - 0.5) + _GROWTH * growth


def perform(written: Iterable[Written], setting: Setting, stream: random.Random) -> tuple[Note, ...]:
    """Play written notes: swing, accents, small deviations; a pitch is released before it sounds again."""
    notes: list[Note] = []
    previous_onset, late_s = -1.0, 0.0
    for note in sorted(written, key=lambda note: (note.onset_quarters, note.pitch)):
        if note.onset_quarters - previous_onset > 0.1:  # one hand plays a chord: its notes stray together
            late_s = stream.gauss(0.0, ATTACK_SPREAD_S)
            previous_onset = note.onset_quarters
        stray_s = max(-LATEST_S, min(LATEST_S, late_s + stream.gauss(0.0, VOICE_SPREAD_S)))
        velocity = note.velocity + dynamics(note.onset_quarters, setting) + stream.gauss(0.0, VELOCITY_SPREAD)
        onset = max(0.0, swing_time(note.onset_quarters, setting.swing) + setting.quarters(stray_s))
        end = swing_time(note.end_quarters, setting.swing)
        duration = max(end - onset, SHORTEST_NOTE_QUARTERS)
        notes.append(Note(note.pitch, max(1, min(127, round(velocity))), onset, duration))
    return release_repeats(notes)


def release_repeats(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Cut each note where its own pitch is struck again; of two at the same moment the longer stays."""
    kept: list[Note] = []
    next_onset: dict[int, float] = {}
    for note in sorted(notes, key=lambda note: (note.onset_quarters, note.duration_quarters), reverse=True):
        end = min(note.end_quarters, next_onset.get(note.pitch, math.inf))
        if end - note.onset_quarters < SHORTEST_NOTE_QUARTERS / 2:
            continue
        next_onset[note.pitch] = note.onset_quarters
        kept.append(Note(note.pitch, note.velocity, note.onset_quarters, end - note.onset_quarters))
    return tuple(sorted(kept, key=lambda note: (note.onset_quarters, note.pitch)))
