"""What the demo asks a model for, and which of its answers is played."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.decoding.composer import Progression, Wish, compose_progressions
from shared.decoding.progression import StepModel
from shared.decoding.sampling import SamplingConfig
from shared.music.chords import Chord
from studio.config import QUICK_TAKES, DemoConfig
from studio.weights import Weights

# A little calmer than the model's own distribution: rare chords stay rare, and still surprise.
SAMPLING = SamplingConfig(temperature=0.9, top_p=0.92)
LENGTH = 8
# Genres whose songs leave the scale of their key as a rule.
CHROMATIC = ("blues", "classical", "jazz", "latin", "soul")
CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Request:
    """One progression to be written: names of genre and mood, and a key such as `C:major`."""

    genre: str
    mood: str
    key: str


# Each genre once, in a key that lies well for it, with a mood that people expect of it.
SET_LIST = (
    Request("jazz", "romance", "Bb:major"),
    Request("soul", "adoration", "Eb:major"),
    Request("blues", "sadness", "A:minor"),
    Request("rock", "excitement", "E:minor"),
    Request("folk", "nostalgia", "D:major"),
    Request("latin", "entrancement", "D:minor"),
    Request("classical", "awe", "C:minor"),
    Request("pop", "joy", "G:major"),
)


@dataclass(frozen=True)
class Composition:
    """What weights wrote: the two progressions of the song, and one per request of the set list."""

    by: Weights
    verse: Progression
    chorus: Progression
    takes: tuple[Progression, ...]
    ms_per_chord: float

    def to_json(self) -> dict[str, Any]:
        """Return what `progressions.json` holds of it."""
        return {
            "song": {"verse": self.verse.to_json(), "chorus": self.chorus.to_json()},
            "takes": [progression.to_json() for progression in self.takes],
        }


def song_requests(config: DemoConfig) -> tuple[Request, Request]:
    """Return what is asked for the song's verse and chorus."""
    verse, chorus = (Request(config.genre, mood, config.key) for mood in (config.verse_mood, config.chorus_mood))
    return verse, chorus


def take_requests(config: DemoConfig) -> Sequence[Request]:
    """Return the set list, or the beginning of it for a quick look."""
    return SET_LIST[:QUICK_TAKES] if config.quick else SET_LIST


def compose_all(
    model: StepModel, song: tuple[Request, Request], requests: Sequence[Request], seed: int, by: Weights
) -> Composition:
    """Let the model write the song's verse and chorus, and a progression for each request."""
    verse, chorus = (compose(model, request, seed + index) for index, request in enumerate(song))
    takes = tuple(compose(model, request, seed) for request in requests)
    return Composition(by, verse, chorus, takes, measured_ms_per_chord(model, song[0], seed))


def compose(model: StepModel, request: Request, seed: int) -> Progression:
    """Let the model write `CANDIDATES` progressions of `LENGTH` chords with a cadence, and choose one."""
    return chosen(compose_progressions(model, _wish(request), CANDIDATES, seed))


def measured_ms_per_chord(model: StepModel, request: Request, seed: int, runs: int = 9) -> float:
    """Return the median time of one chord when one progression is written at a time, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        compose_progressions(model, _wish(request), 1, seed)
        times.append(1e3 * (time.perf_counter() - start) / LENGTH)
    return sorted(times)[runs // 2]


def _wish(request: Request) -> Wish:
    """Return a request with how it is sampled."""
    return Wish(
        genre=request.genre,
        mood=request.mood,
        key=request.key,
        length=LENGTH,
        sampling=SAMPLING,
        cadence=True,
        chromatic=request.genre in CHROMATIC,
    )


def chosen(candidates: Sequence[Progression]) -> Progression:
    """Return the candidate a band would pick.

    It begins at home if any does (on the tonic chord of the key, with its third), so that the ear knows where it
    is; among those it moves most often to another root and visits most, up to six, with few chords that are
    neither major nor minor; of equals the first.
    """

    def merit(progression: Progression) -> tuple[bool, int]:
        chords, key = progression.chords, progression.key
        at_home = chords[0].root == key.tonic and key.chord_is_diatonic(chords[0]) and has_third(chords[0])
        roots = [chord.root for chord in chords]
        moves = sum(before != after for before, after in itertools.pairwise(roots))
        return at_home, moves + min(len(set(roots)), 6) - sum(not has_third(chord) for chord in chords)

    return max(candidates, key=merit)


def has_third(chord: Chord) -> bool:
    """Tell whether a chord sounds major or minor: power chords and suspended ones do not."""
    return any((chord.root + third) % 12 in chord.pitch_classes for third in (3, 4))
