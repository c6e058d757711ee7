"""The bass line: roots, fifths and approach notes as the genre's row asks, or a walking line.

| symbol | plays                                                                        |
|--------|------------------------------------------------------------------------------|
| R      | the bass tone of the chord (the root, or what stands under the slash)        |
| 3 5 6 7| that degree of the chord, or what it has instead (sus4 for a third ...)      |
| f      | the fifth below, where the register has it, as in alternating basses         |
| 8      | the octave of the bass tone                                                  |
| a      | a step into the next bass tone: chromatic or within the key, by style        |
| n      | the next bass tone ahead of its time (up to a quarter)                       |
| w      | walking: a chord or scale tone on the way to the next bass tone              |

The first stroke on a new chord is always its bass tone, whatever the row says.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.music.chords import Chord
from shared.music.keys import Key
from shared.music.rhythm import Row, Stroke, Timeline, strokes_on_chords
from shared.music.styles import BassStyle
from shared.music.touch import Setting, Written

RESTRIKE = "R"
AHEAD_QUARTERS = {"n": 1.0}
# Semitones above the root that may serve as a degree, best first, and what does where the chord has none.
DEGREES: dict[str, tuple[tuple[int, ...], int]] = {
    "3": ((4, 3, 5, 2), 7),
    "5": ((7, 6, 8), 7),
    "7": ((10, 11, 9), 0),
}
MAJOR_SIXTH, MINOR_SEVENTH = 9, 10
LARGEST_WALK = 5  # semitones from one walking note to the next
BASE_RANGE = 14  # a line stands on bass tones within this many semitones of its lowest note
_HOME = 8  # where it likes to stand, above its lowest note
_HOME_PULL = 0.3  # of a semitone, per semitone from there
_SOFTER_DEGREES = 4.0  # velocity: degrees lie behind the bass tone
_OFF_CHORD, _TURN_BACK, _WHIM = 1.2, 2.0, 1.5  # walking: costs in semitones


def play_bass(
    style: BassStyle, approach: str, row: Row, timeline: Timeline, setting: Setting, key: Key | None
) -> list[Written]:
    """Return the bass line, with the last bass tone held from where the song comes to rest."""
    walks = any("w" in bar for bar in row.bars)
    line = _Line(style, approach, timeline, key, setting.stream("bass line"), walks)
    strokes = strokes_on_chords(row, timeline, setting.bar_quarters, RESTRIKE, AHEAD_QUARTERS)
    notes = []
    for index, stroke in enumerate(strokes):
        if timeline.chords[stroke.chord_index].root < 0:
            continue
        pitch, symbol = line.next_pitch(stroke, strokes[index + 1 :])
        velocity = style.velocity - (0.0 if symbol in "Rn" else _SOFTER_DEGREES)
        length = (stroke.end_quarters - stroke.onset_quarters) * style.legato
        notes.append(Written(pitch, velocity, stroke.onset_quarters, stroke.onset_quarters + length))
    if timeline.chords[-1].root >= 0:
        rest = line.place(timeline.chords[-1].bass, style.low, BASE_RANGE)
        notes.append(Written(rest, style.velocity, timeline.rest_quarters, timeline.end_quarters))
    return notes


@dataclass
class _Line:
    """Where the bass is: the pitches played so far and the bass tone it stands on."""

    style: BassStyle
    approach: str
    timeline: Timeline
    key: Key | None
    stream: random.Random
    walks: bool
    base: int = 0
    chord_index: int = -1
    played: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start where the line likes to stand."""
        self.base = self.style.low + _HOME

    def next_pitch(self, stroke: Stroke, following: Sequence[Stroke]) -> tuple[int, str]:
        """Return (pitch, symbol as played) of a stroke."""
        symbol, chord = stroke.symbol, self.timeline.chords[stroke.chord_index]
        if stroke.chord_index != self.chord_index:
            symbol = "n" if symbol == "n" else "R"
            self.base = self._next_base(chord.bass)
            self.chord_index = stroke.chord_index
        if symbol == "a":
            pitch = self._approach(stroke)
        elif symbol == "w":
            pitch = self._walk(stroke, following)
        else:
            pitch = self._degree(symbol, chord)
        self.played.append(pitch)
        return pitch, symbol

    def _next_base(self, pitch_class: int) -> int:
        """Return the bass tone that the line goes to: a walking line takes the nearest in its whole register."""
        if self.walks:
            return self.place(pitch_class, self._last, self.style.high - self.style.low)
        return self.place(pitch_class, self.base, BASE_RANGE)

    def place(self, pitch_class: int, reference: int, reach: int) -> int:
        """Return the pitch of a class near a reference, at most `reach` semitones above the lowest note."""
        low = self.style.low
        pitches = range(low + (pitch_class - low) % 12, low + reach + 1, 12)
        home = low + _HOME
        return min(pitches, key=lambda pitch: abs(pitch - reference) + _HOME_PULL * abs(pitch - home))

    @property
    def _last(self) -> int:
        """The pitch played last, or where the line stands before its first."""
        return self.played[-1] if self.played else self.base

    def _degree(self, symbol: str, chord: Chord) -> int:
        if symbol in "Rn":
            return self.base
        if symbol == "8":
            return self._within(self.base + 12)
        above = self.base + (degree_pitch_class(symbol, chord) - self.base) % 12
        return self._within(above - 12 if symbol == "f" else above)

    def _within(self, pitch: int) -> int:
        """Bring a pitch into the register by octaves."""
        while pitch > self.style.high:
            pitch -= 12
        return pitch if pitch >= self.style.low else pitch + 12

    def _target(self, stroke: Stroke) -> tuple[int, int]:
        """Return (chord index, bass tone) of what sounds when a stroke has ended."""
        index = self.timeline.at(stroke.end_quarters)
        bass = self.timeline.chords[index].bass
        return index, self.base if bass < 0 or index == self.chord_index else self._next_base(bass)

    def _approach(self, stroke: Stroke) -> int:
        """Return a neighbour of the next bass tone; on a chord that stays, its fifth, or a chromatic step."""
        index, target = self._target(stroke)
        chord = self.timeline.chords[stroke.chord_index]
        if target % 12 == self.base % 12 and self.approach == "diatonic":
            return self._degree("5", chord)
        steps = (-1, 1) if self.approach == "chromatic" else (-2, -1, 1, 2)
        scale = range(12) if self.approach == "chromatic" else self._scale(self.timeline.chords[index])
        last = self._last
        choices = [target + step for step in steps if (target + step) % 12 in scale and target + step != last]
        choices = [pitch for pitch in choices if self.style.low <= pitch <= self.style.high]
        if not choices:
            return self._degree("5", chord)
        return min(choices, key=lambda pitch: abs(pitch - last) + self.stream.uniform(0.0, 3.0))

    def _walk(self, stroke: Stroke, following: Sequence[Stroke]) -> int:
        """Return the next note of a line that reaches the next bass tone when the harmony changes."""
        chord = self.timeline.chords[stroke.chord_index]
        steps = next((n for n, s in enumerate(following, 1) if s.chord_index != stroke.chord_index), 1)
        last_of_chord = following[steps - 2] if steps > 1 else stroke
        _, target = self._target(last_of_chord)
        last = self._last
        ideal = last + (target - last) / (steps + 1)
        scale, tones = self._scale(chord), set(chord.pitch_classes)

        def cost(pitch: int) -> float:
            off_chord = _OFF_CHORD * (pitch % 12 not in tones)
            turned_back = _TURN_BACK * (pitch in self.played[-2:])
            return abs(pitch - ideal) + off_chord + turned_back + self.stream.uniform(0.0, _WHIM)

        near = range(max(self.style.low, last - LARGEST_WALK), min(self.style.high, last + LARGEST_WALK) + 1)
        return min((pitch for pitch in near if pitch != last and pitch % 12 in scale), key=cost)

    def _scale(self, chord: Chord) -> set[int]:
        """Return the pitch classes that pass on a chord: the key's, or the chord's own with its ninth."""
        tones = set(chord.pitch_classes)
        if self.key is not None and self.key.chord_is_diatonic(chord):
            return tones | set(self.key.scale_pitch_classes)
        return tones | {(chord.root + 2) % 12, (chord.root + 7) % 12}


def degree_pitch_class(symbol: str, chord: Chord) -> int:
    """Return the pitch class of a degree (3, 5, f, 6 or 7) of a chord, or of what it has in its place."""
    tones = {(pitch_class - chord.root) % 12 for pitch_class in chord.pitch_classes}
    if symbol == "6":  # a boogie climbs to the sixth in major, to the seventh in minor
        sixth = MAJOR_SIXTH in tones or 4 in tones or 3 not in tones
        return (chord.root + (MAJOR_SIXTH if sixth else MINOR_SEVENTH)) % 12
    choices, otherwise = DEGREES["5" if symbol == "f" else symbol]
    return (chord.root + next((tone for tone in choices if tone in tones), otherwise)) % 12
