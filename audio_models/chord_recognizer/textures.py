"""Plain ways to play chords that no genre of the house has, from a single held chord to broken and sparse playing.

Each takes voiced chords over time and returns written notes; the lowest pitch of a voicing is the label's bass and
is heard at the chord's beginning. Times are in quarters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from audio_models.chord_recognizer.draws import pick
from shared.music.touch import Written

VELOCITY = 74.0


@dataclass(frozen=True, slots=True)
class Voiced:
    """A chord that is to be played: pitches ascending, onset and end in quarters."""

    pitches: tuple[int, ...]
    onset: float
    end: float


Texture = Callable[[Sequence[Voiced], np.random.Generator], list[Written]]


def block(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """All tones at once, struck again every so often or held."""
    every = float(rng.choice([0.5, 1.0, 2.0, 4.0, 64.0]))
    legato = rng.uniform(0.7, 1.0)
    notes = []
    for chord in chords:
        for onset, end in _steps(chord, every):
            notes += _struck(chord.pitches, onset, onset + (end - onset) * legato)
    return notes


def pad(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """Held; where chords follow each other, they overlap a little."""
    overlap = rng.uniform(0.0, 0.15)
    return [note for chord in chords for note in _struck(chord.pitches, chord.onset, chord.end + overlap)]


def arpeggio(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """One tone after the other, up, down, to and fro, or as they come; each may ring to the chord's end."""
    step = float(rng.choice([0.25, 1 / 3, 0.5, 1.0], p=[0.3, 0.2, 0.4, 0.1]))
    order, rings = int(rng.integers(4)), rng.random() < 0.6
    notes = []
    for chord in chords:
        pitches = _ordered(chord.pitches, order, rng)
        for index, (onset, end) in enumerate(_steps(chord, step)):
            pitch = pitches[index % len(pitches)]
            notes.append(Written(pitch, VELOCITY, onset, chord.end if rings else end))
    return notes


def _ordered(pitches: tuple[int, ...], order: int, rng: np.random.Generator) -> tuple[int, ...]:
    upper = pitches[1:]
    turns = (upper, upper[::-1], (*upper, *upper[-2:0:-1]), tuple(rng.permutation(upper).tolist()))
    return (pitches[0], *turns[order])


def strum(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """A guitarist's hand: down on the beat, up between, the strings a little apart."""
    rows = ("D---D---", "D-DU-UDU", "D---D-U-", "D-D-D-DU", "D--UD--U", "D-------")
    row = pick(rng, rows)
    spread = rng.uniform(0.01, 0.05)
    notes = []
    for chord in chords:
        strokes = [(at, row[index % 8]) for index, (at, _) in enumerate(_steps(chord, 0.5)) if row[index % 8] != "-"]
        ends = [at for at, _ in strokes[1:]] + [chord.end]
        for (onset, way), end in zip(strokes, ends, strict=True):
            pitches = chord.pitches if way == "D" else chord.pitches[:0:-1] or chord.pitches
            for index, pitch in enumerate(pitches):
                at = onset + min(index * spread, (end - onset) / 2)
                notes.append(Written(pitch, VELOCITY - (6 if way == "U" else 0), at, end))
    return notes


def broken(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """The bass on the strong beat, the rest of the chord on those between, as in stride, polka and waltz."""
    beats, step = int(rng.choice([2, 3, 4])), float(rng.choice([0.5, 1.0]))
    length = rng.uniform(0.4, 1.0)
    notes = []
    for chord in chords:
        for index, (onset, end) in enumerate(_steps(chord, step)):
            pitches = chord.pitches[:1] if index % beats == 0 else chord.pitches[1:] or chord.pitches
            notes += _struck(pitches, onset, onset + (end - onset) * length)
    return notes


def alberti(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """Low, high, middle, high."""
    step = float(rng.choice([0.25, 0.5]))
    notes = []
    for chord in chords:
        low, high = chord.pitches[0], chord.pitches[-1]
        inner = chord.pitches[1:-1] or (high,)
        for index, (onset, end) in enumerate(_steps(chord, step)):
            middle = inner[(index // 4) % len(inner)]
            notes.append(Written((low, high, middle, high)[index % 4], VELOCITY, onset, end))
    return notes


def sparse(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """A short stroke or two, then rest; on long chords again after a while."""
    every = float(rng.choice([2.0, 4.0, 4.0, 8.0]))
    notes = []
    for chord in chords:
        for onset, end in _steps(chord, every):
            second = onset + float(rng.choice([0.5, 0.75, 1.5]))
            strokes = [onset] if rng.random() < 0.6 or second >= end else [onset, second]
            for at in strokes:
                notes += _struck(chord.pitches, at, min(at + rng.uniform(0.2, 1.2), chord.end))
    return notes


TEXTURES: dict[str, Texture] = {
    "block": block, "pad": pad, "arpeggio": arpeggio, "strum": strum, "broken": broken, "alberti": alberti,
    "sparse": sparse,
}  # fmt: skip


def bass_line(chords: Sequence[Voiced], rng: np.random.Generator) -> list[Written]:
    """The bass tone of each chord, held, repeated, or in turn with its octave."""
    every = float(rng.choice([0.5, 1.0, 2.0, 64.0]))
    leaps, legato = rng.random() < 0.3, rng.uniform(0.6, 1.0)
    notes = []
    for chord in chords:
        for index, (onset, end) in enumerate(_steps(chord, every)):
            pitch = chord.pitches[0] + (12 if leaps and index % 2 else 0)
            notes.append(Written(pitch, VELOCITY + 6, onset, onset + (end - onset) * legato))
    return notes


def _steps(chord: Voiced, step: float) -> list[tuple[float, float]]:
    """Return (onset, end) of the steps that fill a chord; the last may be cut."""
    count = max(1, int(np.ceil((chord.end - chord.onset) / step - 1e-6)))
    onsets = [chord.onset + index * step for index in range(count)]
    return [(onset, min(onset + step, chord.end)) for onset in onsets]


def _struck(pitches: Sequence[int], onset: float, end: float) -> list[Written]:
    return [Written(pitch, VELOCITY, onset, end) for pitch in pitches]
