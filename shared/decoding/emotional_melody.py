"""A melody of an emotion over chords: motifs that return, drawn note by note from what the net and the harmony allow.

A phrase has four bars, and phrases return as A A B A: a returning phrase keeps its rhythm and leans towards the pitches
that it had, bent to the new chords. Each note is drawn from the product of

| factor      | what                                                                                   |
|-------------|----------------------------------------------------------------------------------------|
| net         | the melody net's probability of the pitch, for a tonic at C, moved to the key          |
| sequence    | the sequence net's probability of the pitch after what has sounded, where it is there |
| scale       | the notes of the key; the raised sixth and seventh of minor where the chord has them   |
| chord       | chord tones on strong places, fewer other notes on weak ones, none a semitone above    |
| step        | exp(-semitones / 3): melodies move by steps (Huron 2006, Sweet Anticipation, ch. 5);   |
|             | less for the same pitch again, and less still for a third time                         |
| register    | a bell around the plan's centre                                                        |
| mode        | third, and in minor sixth, of the key, the more the clearer the mode is to be          |
| return      | a bell around the pitch of the phrase that returns                                     |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.decoding.emotion_models import MelodyTeller
from shared.decoding.emotion_plan import BAR_QUARTERS, FORM, Plan, section_of
from shared.music.emotion_chords import NO_CHORD_ID, chord_id
from shared.music.emotion_nets import N_STEPS, PHRASE_BARS
from shared.music.keys import Key
from shared.music.melody_events import LONGEST, NOTHING_YET, place_of
from shared.music.rhythm import Timeline

Weights = NDArray[np.float64]

LOWEST, HIGHEST = 48, 96
STEP_QUARTERS = BAR_QUARTERS / N_STEPS
# How much a place of the bar asks for a note: beats, eighths, sixteenths (London 2004, Hearing in Time).
_PLACE = np.array([8, 0.5, 2, 0.5, 4, 0.5, 2, 0.7, 6, 0.5, 2, 0.5, 4, 0.5, 2, 0.9])
_FEWEST, _MOST = 1, 14
_NET_WEIGHT, _SEQUENCE_WEIGHT, _LEAST = 0.5, 0.7, 1e-4
_STEP_DECAY, _SAME_NOTE, _THIRD_TIME = 3.0, 0.3, 0.15
_REGISTER_SPREAD, _RETURN_SPREAD = 6.0, 1.5
_OTHER_ON_STRONG, _OTHER_ON_WEAK, _ABOVE_CHORD_TONE = 0.04, 0.45, 0.1
_TONIC_TRIAD_PULL = 1.2
_MODE_TONES = {"major": (4,), "minor": (3, 8)}

# From each pitch to each, [128, 128].
_STEPS = np.exp(-np.abs(np.arange(128)[:, None] - np.arange(128)) / _STEP_DECAY)
np.fill_diagonal(_STEPS, _SAME_NOTE)


@dataclass(frozen=True, slots=True)
class MelodyNote:
    """A written note: its pitch, and when it starts and ends in quarters."""

    pitch: int
    onset_quarters: float
    end_quarters: float


def write_melodies(
    plan: Plan, timeline: Timeline, net: Weights, teller: MelodyTeller | None, rngs: Sequence[np.random.Generator]
) -> list[list[MelodyNote]]:
    """Return melodies of one rhythm, a generator each; they end on the tonic triad where the song comes to rest.

    Args:
        plan: the plan.
        timeline: the chords.
        net: [128] probability of each pitch for a tonic at C.
        teller: the sequence net at the start of that many melodies, where it is there.
        rngs: what each is drawn with; the first draws the rhythm too.
    """
    onsets = _onsets(plan, rngs[0])
    base = _base(plan, net)
    melodies = [_Line(rng) for rng in rngs]
    ends = [*onsets[1:], timeline.end_quarters]
    for onset, end in zip(onsets, ends, strict=True):
        weights = base * _harmony(plan.key, timeline, onset)
        if onset >= timeline.rest_quarters - 1e-6:
            weights = weights * _classes(plan.key.tonic, (0, *_thirds(plan.key), 7), 1e-6)
        told = np.ones((len(melodies), 1))
        if teller is not None:
            told = (_told(teller, melodies, onset, end, timeline) + _LEAST) ** _SEQUENCE_WEIGHT
        for line, said in zip(melodies, told, strict=True):
            line.sing(weights * said, onset, end)
    return [line.notes for line in melodies]


class _Line:
    """One melody so far, and what its phrases had at each place."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.notes: list[MelodyNote] = []
        self._had: dict[tuple[str, int], int] = {}
        self._rng = rng

    def sing(self, weights: Weights, onset: float, end: float) -> None:
        """Draw the next note from the weights of the pitches [128], its own past considered."""
        bar, place = divmod(onset, BAR_QUARTERS)
        where = (section_of(int(bar)), round((bar % PHRASE_BARS * BAR_QUARTERS + place) / STEP_QUARTERS))
        if self.notes:
            weights = weights * _STEPS[self.notes[-1].pitch]
        if len(self.notes) > 1 and self.notes[-1].pitch == self.notes[-2].pitch:
            weights = weights * np.where(np.arange(128) == self.notes[-1].pitch, _THIRD_TIME, 1.0)
        if where in self._had:
            weights = weights * _bell(self._had[where], _RETURN_SPREAD)
        cumulative = np.cumsum(weights)
        pitch = int(np.searchsorted(cumulative, self._rng.random() * cumulative[-1], side="right"))
        self._had.setdefault(where, pitch)
        self.notes.append(MelodyNote(pitch, onset, end))


def _told(teller: MelodyTeller, melodies: Sequence[_Line], onset: float, end: float, timeline: Timeline) -> Weights:
    """Return what the sequence net says of the coming pitch of each melody [melodies, 128]."""
    pitches, duration = np.full(len(melodies), NOTHING_YET), 0
    if melodies[0].notes:
        last = melodies[0].notes[-1]
        duration = _steps(last.end_quarters - last.onset_quarters)
        pitches = np.array([line.notes[-1].pitch for line in melodies])
    chord = chord_id(timeline.chords[timeline.at(onset)])
    place = place_of(round(onset / STEP_QUARTERS))
    told = teller.next_pitches(pitches, duration, place, NO_CHORD_ID if chord is None else chord, _steps(end - onset))
    return np.asarray(told, dtype=np.float64)


def _steps(quarters: float) -> int:
    return min(max(round(quarters / STEP_QUARTERS), 1), LONGEST)


def _onsets(plan: Plan, rng: np.random.Generator) -> list[float]:
    """Return where notes start: a rhythm for each section, the last bar a single note."""
    sections: dict[str, list[list[int]]] = {}
    for name in dict.fromkeys(FORM):
        motif = [_bar_rhythm(plan, rng) for _ in range(2)]
        # The second half of a phrase answers the first: the same motif, and a longer last note.
        sections[name] = [*motif, motif[0], _thinned(motif[1])]
    steps = [
        bar * N_STEPS + step for bar in range(plan.bars - 1) for step in sections[section_of(bar)][bar % PHRASE_BARS]
    ]
    return [step * STEP_QUARTERS for step in [*steps, (plan.bars - 1) * N_STEPS]]


def _bar_rhythm(plan: Plan, rng: np.random.Generator) -> list[int]:
    """Return the steps of a bar on which notes start; a fraction of a note is drawn by chance."""
    wanted = plan.melody_rate * BAR_QUARTERS
    count = int(np.clip(math.floor(wanted + rng.random()), _FEWEST, _MOST))
    # The busier, the more the small places count.
    shares = _PLACE ** ((1.0 - plan.unevenness) / max(1.0, count / 4.0))
    return sorted(rng.choice(N_STEPS, size=count, replace=False, p=shares / shares.sum()).tolist())


def _thinned(steps: Sequence[int]) -> list[int]:
    """Return the rhythm without what follows its last strong place: phrases end on a longer note."""
    kept = [step for step in steps if step <= N_STEPS // 2]
    return kept or list(steps[:1])


def _base(plan: Plan, net: Weights) -> Weights:
    """Return what holds for the whole piece: net, register, mode."""
    moved = np.roll(np.asarray(net, dtype=np.float64), plan.key.tonic if plan.key.tonic <= 6 else plan.key.tonic - 12)
    inside = np.zeros(128)
    inside[LOWEST : HIGHEST + 1] = 1.0
    strength = 1.0 + 2.0 * plan.brightness
    mode = _classes(plan.key.tonic, _MODE_TONES[plan.key.mode], 1.0, strength)
    triad = _classes(plan.key.tonic, (0, *_thirds(plan.key), 7), 1.0, 1.0 + _TONIC_TRIAD_PULL * plan.brightness)
    weights: Weights = (moved + 1e-3) ** _NET_WEIGHT * inside * mode * triad * _bell(plan.centre, _REGISTER_SPREAD)
    return weights


def _harmony(key: Key, timeline: Timeline, onset: float) -> Weights:
    """Return the weights of pitches [128] under the chord at a time."""
    tones = set(timeline.chords[timeline.at(onset)].pitch_classes)
    scale = set(key.scale_pitch_classes) | (tones & key.usable_pitch_classes)
    strong = onset % 2.0 < 1e-6
    other = _OTHER_ON_STRONG if strong else _OTHER_ON_WEAK
    by_class = np.zeros(12)
    for pitch_class in scale:
        rubs = (pitch_class - 1) % 12 in tones
        by_class[pitch_class] = 1.0 if pitch_class in tones else other * (_ABOVE_CHORD_TONE if rubs else 1.0)
    # A chord from outside the key altogether leaves its scale to sing on.
    return by_class[np.arange(128) % 12]


def _bell(centre: float, spread: float) -> Weights:
    weights: Weights = np.exp(-(((np.arange(128) - centre) / spread) ** 2) / 2)
    return weights


def _classes(tonic: int, steps: Sequence[int], others: float, chosen: float = 1.0) -> Weights:
    """Return weights [128]: `chosen` for the pitch classes at steps above the tonic, `others` for the rest."""
    by_class = np.full(12, others)
    by_class[[(tonic + step) % 12 for step in steps]] = chosen
    return by_class[np.arange(128) % 12]


def _thirds(key: Key) -> tuple[int, ...]:
    return (4,) if key.mode == "major" else (3,)
