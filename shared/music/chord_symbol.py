"""A chord as the whole project holds it: root, quality and bass, no spelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError, nearest
from shared.music.chord_types import INTERVALS, NO_CHORD, UNKNOWN

# Named where nothing resembles a label.
FALLBACK_EXAMPLES = ("C:maj", "A:min7/b3", "Am7", "N")


class ChordError(InputError):
    """A chord label that cannot be read: one sentence with the label, the place and valid names near it."""


def printable(text: str) -> str:
    """Return a label fit for one line of an error: cut at 40 characters, what cannot be printed as `?`."""
    shown = "".join(character if character.isprintable() else "?" for character in text[:40])
    return shown + ("…" if len(text) > 40 else "")


def refuse(label: str, text: str, place: int, reason: str, examples: Iterable[str]) -> NoReturn:
    """Raise the error for a label that cannot be read.

    Args:
        label: as the user gave it.
        text: the same as the grammar read it.
        place: index in `text` where reading stopped.
        reason: what was wrong there.
        examples: valid labels, from which the nearest are named.
    """
    where = f"after '{printable(text[:place])}'" if place else "at its start"
    # H is the German B; no other letter is near it.
    wanted = "B" + text[1:] if text.startswith("H") else text
    close = nearest(wanted[:40], examples) or FALLBACK_EXAMPLES
    raise ChordError(f"chord '{printable(label)}' cannot be read {where}: {reason}; nearest: {', '.join(close)}")


@dataclass(frozen=True, slots=True)
class Chord:
    """One chord.

    Attributes:
        root: pitch class 0-11, C = 0; -1 for N and X.
        quality: one of `chord_types.QUALITIES`, or `N` (no chord) or `X` (unknown).
        bass: absolute pitch class 0-11; -1 for N and X.
    """

    root: int
    quality: str
    bass: int

    def __post_init__(self) -> None:
        """Refuse what is no chord.

        Raises:
            InputError: for an unknown quality, a pitch class outside 0-11, or N or X with a root.
        """
        silent = self.quality in (NO_CHORD, UNKNOWN)
        if not silent and self.quality not in INTERVALS:
            close = ", ".join(nearest(self.quality, INTERVALS)) or ", ".join(INTERVALS)
            raise InputError(f"'{self.quality}' is no chord quality; nearest: {close}")
        valid = range(-1, 0) if silent else range(12)
        if self.root not in valid or self.bass not in valid:
            raise InputError(
                f"chord quality {self.quality} with root {self.root} and bass {self.bass}: "
                + ("N and X have -1 for both" if silent else "pitch classes go from 0 to 11")
            )

    @classmethod
    def no_chord(cls) -> Chord:
        """Return N: nothing sounds, or nothing that makes a chord."""
        return cls(-1, NO_CHORD, -1)

    @classmethod
    def unknown(cls) -> Chord:
        """Return X: something sounds that nobody has named."""
        return cls(-1, UNKNOWN, -1)

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The chord's pitch classes, root first and ascending from it; a foreign bass among them."""
        if self.root < 0:
            return ()
        above_root = INTERVALS[self.quality] | {(self.bass - self.root) % 12}
        return tuple((self.root + semitone) % 12 for semitone in sorted(above_root))

    def transpose(self, semitones: int) -> Chord:
        """Return the same chord `semitones` higher (lower when negative); N and X stay."""
        if self.root < 0:
            return self
        return Chord((self.root + semitones) % 12, self.quality, (self.bass + semitones) % 12)


def chroma(chord: Chord) -> NDArray[np.float32]:
    """Return the chord as float32 [12]: 1 where a pitch class sounds, C first; N and X are all 0."""
    vector = np.zeros(12, dtype=np.float32)
    vector[list(chord.pitch_classes)] = 1.0
    return vector
