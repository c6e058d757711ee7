"""From a melody to its chords: what `generate --melody` does.

The model says which chord changes are likely, the melody which chords carry it (`melody_fit`), and a search
over the melody's segments finds chords that do both (`segment_search`): the best ones at temperature 0, or
ones drawn by chance above it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import numpy as np

from shared.decoding.composer import Progression
from shared.decoding.constraints import function_mask, in_key_mask
from shared.decoding.melody_fit import Fit, Segments, equal_segments, melody_fit, segment_weights
from shared.decoding.progression import Conditions, Mask
from shared.decoding.sampling import SamplingConfig
from shared.decoding.segment_search import BranchingStepModel, Task, best, draw
from shared.errors import InputError
from shared.music.chord_tokens import N_TOKENS, id_to_chord
from shared.music.chords import Chord
from shared.music.conditions import GENRE, KEY, MOOD, SCALE_TYPE, UNSPECIFIED_WORDS
from shared.music.keys import Key, parse_key
from shared.music.melody import ChordSpan, Melody, melody_key

OWN_KEY = "auto"  # the key that the melody seems to be in

# Tuned on the validation songs of POP909, two segments to the bar: the share of time in which root and third
# are those of the songs' own chords. The figures are flat around these values. A chord goes on over a bar line
# in 16 per cent of those songs' bars, and within the bar in 46.
MELODY_WEIGHT = 2.0
HOLD_OVER_BAR_LINE, HOLD_WITHIN_BAR = 0.2, 0.5
BEAMS = 16


@dataclass(frozen=True)
class HarmonyWish:
    """How a melody is to be harmonised. Empty words leave a condition to the model.

    Attributes:
        genre: one of the 8 genres.
        mood: one of the 27 moods.
        key: the melody's key; "auto" tells it from the notes, and open leaves it to the model.
        quarters_per_chord: length of a segment; 0 = a bar.
        sampling: temperature 0 gives the best chords, above 0 they are drawn.
        stay_in_key: only diatonic chords.
        cadence: the last chord is the tonic's, the one before leads to it.
    """

    genre: str = ""
    mood: str = ""
    key: str = OWN_KEY
    quarters_per_chord: float = 0.0
    sampling: SamplingConfig = field(default_factory=lambda: SamplingConfig(0.0))
    stay_in_key: bool = False
    cadence: bool = False


@dataclass(frozen=True)
class Harmonization(Progression):
    """A melody with its chords; `chords` are the changes, `spans` have one chord for each segment."""

    melody: Melody
    spans: tuple[ChordSpan, ...]

    @cached_property
    def changes(self) -> tuple[ChordSpan, ...]:
        """Each chord from where it begins to where another does."""
        runs = [list(run) for _, run in groupby(self.spans, key=lambda span: span.chord)]
        return tuple(ChordSpan(run[0].onset_quarters, run[-1].end_quarters, run[0].chord) for run in runs)

    @property
    def lengths_quarters(self) -> list[float]:
        """How long each of `chords` sounds."""
        return [span.end_quarters - span.onset_quarters for span in self.changes]

    @property
    def bars(self) -> list[list[int]]:
        """For each bar the indices of the `chords` that sound in it."""
        bar = self.melody.bar_quarters
        n_bars = int(np.ceil(self.spans[-1].end_quarters / bar - 1e-6))
        return [
            [
                index
                for index, span in enumerate(self.changes)
                if span.onset_quarters < (number + 1) * bar - 1e-6 and span.end_quarters > number * bar + 1e-6
            ]
            for number in range(n_bars)
        ]

    def to_json(self) -> dict[str, object]:
        """Return what `generate --melody --json` writes: also when each chord begins and how long it sounds."""
        return {
            **super().to_json(),
            "onsets_quarters": [round(span.onset_quarters, 4) for span in self.changes],
            "durations_quarters": [round(length, 4) for length in self.lengths_quarters],
            "bars": [[self.names[index] for index in bar] for bar in self.bars],
            "meter": self.melody.meter,
            "tempo_qpm": self.melody.tempo_qpm,
        }


def harmonize(
    model: BranchingStepModel,
    melody: Melody,
    wish: HarmonyWish,
    num_samples: int = 1,
    seed: int = 0,
    segments: Segments | None = None,
) -> list[Harmonization]:
    """Find chords for a melody.

    Args:
        model: what says which chords follow one another.
        melody: the tune.
        wish: what is asked.
        num_samples: how many harmonisations: at temperature 0 the best ones, else as many draws.
        seed: of the draws; sample i of a seed is the same however many are asked for.
        segments: stretches that get one chord each, in place of `wish.quarters_per_chord`.

    Raises:
        InputError: for an unknown genre, mood or key, or wishes that no chord fulfils.
    """
    asked_key = _asked_key(wish, melody)
    key = asked_key or melody_key(melody.notes)
    if num_samples < 1:
        raise InputError(f"{num_samples} samples were asked for; ask for at least 1")
    segments = segments or equal_segments(melody, wish.quarters_per_chord)
    task = Task(
        _conditions(wish, asked_key),
        _masked(MELODY_WEIGHT * melody_fit(segment_weights(melody.notes, segments), key), wish, key),
        np.where(segments.on_bar, HOLD_OVER_BAR_LINE, HOLD_WITHIN_BAR),
    )
    if wish.sampling.temperature == 0:
        found = best(model, task, BEAMS, num_samples)
    else:
        found = draw(model, task, wish.sampling, num_samples, seed)
    return [_named(tokens, segments, melody, wish, key, seed) for tokens in found]


def _asked_key(wish: HarmonyWish, melody: Melody) -> Key | None:
    """Return the key that the model is asked for, or None for an open one."""
    word = wish.key.strip().casefold()
    if word == OWN_KEY:
        return melody_key(melody.notes)
    return None if word in UNSPECIFIED_WORDS else parse_key(wish.key)


def _conditions(wish: HarmonyWish, key: Key | None) -> Conditions:
    """Ask for the tonic; for the scale only if chords outside it are not wanted."""
    return Conditions.repeated(
        1,
        genre=GENRE.id(wish.genre),
        mood=MOOD.id(wish.mood),
        key=key.id if key else KEY.unspecified,
        scale_type=SCALE_TYPE.id(key.mode if key and wish.stay_in_key else None),
    )


def _masked(fit: Fit, wish: HarmonyWish, key: Key) -> Fit:
    """Forbid what the wish does."""
    allowed: Mask = np.ones((len(fit), N_TOKENS), dtype=bool)
    if wish.stay_in_key:
        allowed &= in_key_mask(key)
    if wish.cadence:
        allowed[-1] &= function_mask("tonic", key)
        allowed[-2:-1] &= function_mask("approach", key)
    return np.where(allowed, fit, -np.inf)


def _named(
    tokens: list[int], segments: Segments, melody: Melody, wish: HarmonyWish, key: Key, seed: int
) -> Harmonization:
    """Put chords and times to the tokens of the segments."""
    bounds = [float(bound) for bound in segments.bounds_quarters]
    chords: list[Chord] = [id_to_chord(token) for token in tokens]
    spans = tuple(ChordSpan(*times) for times in zip(bounds, bounds[1:], chords, strict=False))
    return Harmonization(
        chords=tuple(chord for chord, _ in groupby(chords)),
        genre=GENRE.value(GENRE.id(wish.genre)), mood=MOOD.value(MOOD.id(wish.mood)),
        key=key, seed=seed, melody=melody, spans=spans,
    )  # fmt: skip
