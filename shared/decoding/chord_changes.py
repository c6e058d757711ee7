"""Which chord follows which, counted in songs, alike in all keys: what a decoder may expect beside what it hears.

    changes = count_changes(song.labels for song in songs)
    transitions = Transitions.of_changes(changes.table(), self_transition)

A change is the type that was left, the interval from root to root, and the type that was reached. What was counted
seldom is filled up from the same change after any type, and that from all changes alike (absolute counts added).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES, N_QUALITIES, N_ROOTS, NO_CHORD_ID
from shared.music.chords import parse
from shared.vocabulary import IGNORED

Counts = NDArray[np.float64]
# How many counts the general habit weighs beside those of one chord type, and all changes beside the habit.
_HABIT, _ANYTHING = 20.0, 30.0


@dataclass(frozen=True, eq=False)
class ChordChanges:
    """How often chords follow each other.

    Attributes:
        between: [types before, semitones from root to root, types after], [30, 12, 30].
        to_silence: how often a type is followed by N, [30].
        from_silence: how often a type follows N, [30].
    """

    between: Counts
    to_silence: Counts
    from_silence: Counts

    def table(self) -> NDArray[np.float64]:
        """Return the probabilities [classes before, classes after] of changes; a class never follows itself."""
        habit = self.between.sum(axis=0)
        habit = habit + _ANYTHING / habit.size
        habit /= habit.sum()
        between = self.between + _HABIT * habit
        to_silence = self.to_silence + _HABIT * (self.to_silence.sum() + 1) / (self.between.sum() + N_CLASSES)
        table = np.zeros((N_CLASSES, N_CLASSES))
        chords = table[:NO_CHORD_ID, :NO_CHORD_ID].reshape(N_ROOTS, N_QUALITIES, N_ROOTS, N_QUALITIES)
        for root in range(N_ROOTS):
            # Row by root, turned so that an interval becomes the root that is reached.
            chords[root] = np.roll(between, root, axis=1)
        table[:NO_CHORD_ID, NO_CHORD_ID] = np.tile(to_silence, N_ROOTS)
        table[NO_CHORD_ID, :NO_CHORD_ID] = np.tile(self.from_silence + 1.0, N_ROOTS)
        np.fill_diagonal(table, 0.0)
        probabilities: NDArray[np.float64] = table / table.sum(axis=1, keepdims=True)
        return probabilities


def count_changes(songs: Iterable[Iterable[str]]) -> ChordChanges:
    """Count the changes in songs, each given as its labels in order; X breaks a song in two."""
    between, to_silence, from_silence = np.zeros((N_QUALITIES, N_ROOTS, N_QUALITIES)), *np.zeros((2, N_QUALITIES))
    for labels in songs:
        before = IGNORED
        for label in labels:
            after = CHORD_CLASSES.encode(parse(label))
            if IGNORED not in (before, after) and before != after:
                (root, quality), (next_root, next_quality) = divmod(before, N_QUALITIES), divmod(after, N_QUALITIES)
                if after == NO_CHORD_ID:
                    to_silence[quality] += 1
                elif before == NO_CHORD_ID:
                    from_silence[next_quality] += 1
                else:
                    between[quality, (next_root - root) % N_ROOTS, next_quality] += 1
            before = after
    return ChordChanges(between, to_silence, from_silence)
