"""Rules of composing, as masks over the 279 chord tokens: stay in key, end on a cadence, never repeat.

Each rule answers one question, "which tokens may come next?", with a mask; `Constraints` joins the masks of
the rules that are asked for. Keys are given per progression, one for each row of the batch, or one for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from shared.decoding.progression import Constraint, Ids, Mask, Progress
from shared.errors import InputError, unknown_choice
from shared.music.chord_tokens import END_ID, N_QUALITIES, N_SPECIAL, N_TOKENS, id_to_chord
from shared.music.chords import GENERATOR_QUALITIES
from shared.music.keys import Key

# Chords of a function: semitones above the tonic, qualities. The modes share the dominant (harmonic minor).
_DOMINANT = (7, ("maj", "7", "9", "13", "7(b9)", "7sus4", "aug7"))
_LEADING_TONE = (11, ("dim", "dim7", "hdim7"))
_MAJOR_TRIADS = ("maj", "maj6", "maj7", "maj9", "maj(9)")
_MINOR_TRIADS = ("min", "min6", "min7", "min9")
_FUNCTIONS = {
    ("tonic", "major"): ((0, (*_MAJOR_TRIADS, "5")),),
    ("tonic", "minor"): ((0, (*_MINOR_TRIADS, "5")),),
    ("dominant", "major"): (_DOMINANT,),
    ("dominant", "minor"): (_DOMINANT,),
    ("subdominant", "major"): ((5, _MAJOR_TRIADS),),
    ("subdominant", "minor"): ((5, _MINOR_TRIADS),),
    ("supertonic", "major"): ((2, ("min", "min7", "min9", "min11")),),
    ("supertonic", "minor"): ((2, ("dim", "hdim7")),),
    ("approach", "major"): (_DOMINANT, _LEADING_TONE, (5, _MAJOR_TRIADS)),
    ("approach", "minor"): (_DOMINANT, _LEADING_TONE, (5, _MINOR_TRIADS)),
}

# The functions of the last chords of a progression, in order.
CADENCES = {
    "any": ("approach", "tonic"),
    "authentic": ("dominant", "tonic"),
    "plagal": ("subdominant", "tonic"),
    "ii-V-I": ("supertonic", "dominant", "tonic"),
}


@cache
def in_key_mask(key: Key) -> Mask:
    """Return [279]: True for the chords that are diatonic in a key, and for END."""
    chords = (id_to_chord(token) for token in range(N_SPECIAL, N_TOKENS))
    mask = np.zeros(N_TOKENS, dtype=bool)
    mask[N_SPECIAL:] = [key.chord_is_diatonic(chord) for chord in chords]
    mask[END_ID] = True
    mask.flags.writeable = False  # the cached array is shared
    return mask


@cache
def function_mask(function: str, key: Key) -> Mask:
    """Return [279]: True for the chords with a harmonic function ("tonic", "dominant", ...) in a key."""
    mask = np.zeros(N_TOKENS, dtype=bool)
    for semitones, qualities in _FUNCTIONS[function, key.mode]:
        root = (key.tonic + semitones) % 12
        for quality in qualities:
            mask[N_SPECIAL + N_QUALITIES * root + GENERATOR_QUALITIES.index(quality)] = True
    mask.flags.writeable = False
    return mask


class StayInKey:
    """Only chords that are diatonic in the key of the progression."""

    def __init__(self, keys: Sequence[Key]) -> None:
        """Take one key for each row of the batch, or a single one for all."""
        self._mask = np.stack([in_key_mask(key) for key in keys])

    def allowed(self, progress: Progress) -> Mask:
        """Return [batch or 1, 279]."""
        return self._mask


class NoImmediateRepeat:
    """A chord is never followed by itself: every step of the progression is a change."""

    def allowed(self, progress: Progress) -> Mask:
        """Return [batch, 279]."""
        mask = np.ones((len(progress.chords), progress.vocabulary_size), dtype=bool)
        if progress.chords.shape[1]:
            mask[np.arange(len(mask)), progress.chords[:, -1]] = False
        return mask


class EndOnCadence:
    """The last chords of every progression form a cadence of its key.

    With a length, the last steps are masked to the functions of the cadence. Without one, END waits until the
    chords before it form a cadence, and the last steps before the maximum length are masked in the same way.
    """

    def __init__(self, keys: Sequence[Key], cadence: str = "any") -> None:
        """Take one key for each row, or a single one for all, and a name of `CADENCES`.

        Raises:
            InputError: for an unknown cadence.
        """
        if cadence not in CADENCES:
            raise unknown_choice("cadence", cadence, tuple(CADENCES))
        functions = CADENCES[cadence]
        self._steps = [np.stack([function_mask(function, key) for key in keys]) for function in functions]

    def allowed(self, progress: Progress) -> Mask:
        """Return [batch, 279]."""
        mask = np.ones((len(progress.chords), N_TOKENS), dtype=bool)
        if progress.remaining <= len(self._steps):
            mask &= self._steps[-progress.remaining]
        mask[:, END_ID] = self._reached(progress.chords)
        return mask

    def _reached(self, chords: Ids) -> Mask:
        """Return [batch]: whether the last chords of each row form the cadence."""
        n_steps = len(self._steps)
        if chords.shape[1] < n_steps:
            return np.zeros(len(chords), dtype=bool)
        rows = np.arange(len(chords))
        last = chords[:, -n_steps:].T
        steps = [np.broadcast_to(step, (len(chords), N_TOKENS)) for step in self._steps]
        reached = [step[rows, ids] for step, ids in zip(steps, last, strict=True)]
        return np.asarray(np.all(reached, axis=0))


class Constraints:
    """The rules that a user can ask for, joined into one."""

    def __init__(
        self,
        key: Key | Sequence[Key] | None = None,
        stay_in_key: bool = False,
        cadence: bool | str = False,
        no_repeat: bool = False,
    ) -> None:
        """Choose the rules.

        Args:
            key: the key of all progressions, or one for each row of the batch.
            stay_in_key: only chords that are diatonic in the key.
            cadence: end on a cadence of the key; True for any, or a name of `CADENCES`.
            no_repeat: no chord is followed by itself.

        Raises:
            InputError: when a rule needs a key and none is given, or for an unknown cadence.
        """
        keys = [key] if isinstance(key, Key) else list(key or ())
        if not keys and (stay_in_key or cadence):
            raise InputError("staying in key and ending on a cadence need a key; give one, such as C:major")
        self.rules: list[Constraint] = []
        if stay_in_key:
            self.rules.append(StayInKey(keys))
        if cadence:
            self.rules.append(EndOnCadence(keys, cadence if isinstance(cadence, str) else "any"))
        if no_repeat:
            self.rules.append(NoImmediateRepeat())

    def allowed(self, progress: Progress) -> Mask:
        """Return [batch, 279]: what every rule allows."""
        mask = np.ones((len(progress.chords), progress.vocabulary_size), dtype=bool)
        for rule in self.rules:
            mask &= rule.allowed(progress)
        return mask
