"""What a progression is asked to be: genre, mood, key and scale type, each a name with an id.

| condition  | names                                | ids   | "not specified" |
|------------|--------------------------------------|-------|-----------------|
| genre      | `GENRES`                             | 0-7   | 8               |
| mood       | `MOODS`, Cowen & Keltner 2017        | 0-26  | 27              |
| key        | `KEYS`, id = 12 * mode + tonic       | 0-23  | 24              |
| scale type | `SCALE_TYPES`                        | 0-1   | 2               |

The id after the last name means that nothing is asked or known; models embed it as zeros, so that it adds
no weights and says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import unknown_choice

GENRES = ("pop", "rock", "jazz", "classical", "folk", "latin", "soul", "blues")

# The 27 categories of Cowen & Keltner 2017 (PNAS 114:38), as nouns, in alphabetical order.
MOODS = (
    "admiration", "adoration", "aesthetic appreciation", "amusement", "anger", "anxiety", "awe", "awkwardness",
    "boredom", "calmness", "confusion", "craving", "disgust", "empathic pain", "entrancement", "excitement",
    "fear", "horror", "interest", "joy", "nostalgia", "relief", "romance", "sadness", "satisfaction",
    "sexual desire", "surprise",
)  # fmt: skip

SCALE_TYPES = ("major", "minor")

_TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
KEYS = tuple(f"{tonic}:{mode}" for mode in SCALE_TYPES for tonic in _TONICS)

# Words by which a user leaves a condition open.
UNSPECIFIED_WORDS = ("", "any", "neutral", "none", "unspecified")


@dataclass(frozen=True)
class Condition:
    """One conditioning input: its name and the names of its values."""

    name: str
    values: tuple[str, ...]

    @property
    def input_name(self) -> str:
        """The name of a model's input that takes the ids."""
        return f"{self.name}_input"

    @property
    def unspecified(self) -> int:
        """The id that says nothing."""
        return len(self.values)

    def id(self, value: str | None) -> int:
        """Return the id of a value; None and the words of `UNSPECIFIED_WORDS` give `unspecified`.

        Underscores and hyphens stand for spaces, case does not matter.

        Raises:
            InputError: for an unknown name; the sentence gives the nearest valid ones.
        """
        if value is None or value.strip().casefold() in UNSPECIFIED_WORDS:
            return self.unspecified
        wanted = _fold(value)
        for index, name in enumerate(self.values):
            if _fold(name) == wanted:
                return index
        raise unknown_choice(self.name.replace("_", " "), value, self.values)

    def value(self, value_id: int) -> str | None:
        """Return the name of an id, or None for `unspecified`."""
        return None if value_id == self.unspecified else self.values[value_id]


def _fold(name: str) -> str:
    """Make spellings comparable: `Sexual_desire` and `sexual desire` are one mood."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


GENRE = Condition("genre", GENRES)
MOOD = Condition("mood", MOODS)
KEY = Condition("key", KEYS)
SCALE_TYPE = Condition("scale_type", SCALE_TYPES)
CONDITIONS = (GENRE, MOOD, KEY, SCALE_TYPE)
KEY_COLUMN = CONDITIONS.index(KEY)
