"""From a wish in words to chord progressions: what `generate` and the studio have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from shared.decoding.constraints import Constraints
from shared.decoding.obedience import obedient
from shared.decoding.progression import Conditions, StepModel, generate
from shared.decoding.sampling import SamplingConfig
from shared.errors import InputError
from shared.music.chord_tokens import chord_to_id, id_to_chord
from shared.music.chords import Chord, format_harte, parse
from shared.music.conditions import GENRE, MOOD, SCALE_TYPE, UNSPECIFIED_WORDS
from shared.music.conditions import KEY as KEY_CONDITION
from shared.music.keys import Key, estimate_key, parse_key
from shared.music.lead_sheet import format_lead_sheet
from shared.music.roman import roman_numeral


@dataclass(frozen=True)
class Wish:
    """What a progression is asked to be. Empty words leave a condition to the model."""

    genre: str = ""
    mood: str = ""
    key: str = ""
    seed_chords: str = ""
    length: int = 0  # chords, seeds included; 0 = until the model ends
    max_length: int = 32
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    chromatic: bool = False  # chords from outside the scale too, as songs in the key use them
    stay_in_key: bool = False
    cadence: bool = False
    guidance: float = 0.0  # how much more genre and mood count than in the songs; 0 = as learned


@dataclass(frozen=True)
class Progression:
    """A generated progression, as chords and as names."""

    chords: tuple[Chord, ...]
    genre: str | None
    mood: str | None
    key: Key
    seed: int

    @property
    def harte(self) -> list[str]:
        """Harte labels, such as `A:min7`."""
        return [format_harte(chord) for chord in self.chords]

    @property
    def names(self) -> list[str]:
        """Lead-sheet names, such as `Am7`, spelled in the key."""
        return [format_lead_sheet(chord, self.key) for chord in self.chords]

    @property
    def romans(self) -> list[str]:
        """Roman numerals in the key, such as `vi7`."""
        return [roman_numeral(chord, self.key) for chord in self.chords]

    def to_json(self) -> dict[str, object]:
        """Return what `generate --json` writes."""
        return {
            "genre": self.genre, "mood": self.mood, "key": self.key.name, "seed": self.seed,
            "chords": self.harte, "names": self.names, "romans": self.romans,
        }  # fmt: skip


def compose_progressions(model: StepModel, wish: Wish, num_samples: int = 1, seed: int = 0) -> list[Progression]:
    """Generate progressions; sample i of a seed is the same however many are asked for.

    Raises:
        InputError: for an unknown genre, mood, key or chord, naming the nearest valid ones.
    """
    key = None if wish.key.strip().casefold() in UNSPECIFIED_WORDS else parse_key(wish.key)
    if key is None and (wish.stay_in_key or wish.cadence):
        raise InputError("staying in key and ending on a cadence need a key; give one, such as C:major")
    if wish.stay_in_key and wish.chromatic:
        raise InputError("chromatic chords and staying in key contradict each other; ask for one of the two")
    if num_samples < 1:
        raise InputError(f"{num_samples} samples were asked for; ask for at least 1")
    seeds = read_chords(wish.seed_chords)
    found = generate(
        obedient(model, wish.guidance),
        _conditions(wish, key, num_samples),
        seeds=[chord_to_id(chord) for chord in seeds],
        length=wish.length or None,
        max_length=wish.max_length,
        sampling=wish.sampling,
        constraints=Constraints(key, wish.stay_in_key, wish.cadence, no_repeat=True),
        seed=seed,
    )
    made = (tuple(id_to_chord(token) for token in tokens) for tokens in found)
    return [
        Progression(
            chords, GENRE.value(GENRE.id(wish.genre)), MOOD.value(MOOD.id(wish.mood)),
            key or estimate_key(chords), seed,
        )
        for chords in made
    ]  # fmt: skip


def read_chords(text: str) -> list[Chord]:
    """Read chords in a row, in either dialect, parted by blanks, commas or bars.

    Raises:
        InputError: for a label that is no chord.
    """
    return [parse(label) for label in text.replace("|", " ").replace(",", " ").split()]


def _conditions(wish: Wish, key: Key | None, batch: int) -> Conditions:
    ids: Sequence[int] = (
        GENRE.id(wish.genre),
        MOOD.id(wish.mood),
        key.id if key else KEY_CONDITION.unspecified,
        SCALE_TYPE.id(key.mode if key and not wish.chromatic else None),
    )
    return Conditions(*(np.full(batch, value, dtype=np.int32) for value in ids))
