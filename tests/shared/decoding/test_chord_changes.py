"""Changes of chords: counted alike in all keys, and a table that no class leaves for itself."""

from __future__ import annotations

import numpy as np

from shared.decoding.chord_changes import count_changes
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES, NO_CHORD_ID
from shared.music.chords import CHORD_TYPE_ID, parse

MAJ, MIN = CHORD_TYPE_ID["maj"], CHORD_TYPE_ID["min"]


def class_of(label: str) -> int:
    """Return the class of a label."""
    return CHORD_CLASSES.encode(parse(label))


def test_a_change_is_counted_alike_in_all_keys() -> None:
    changes = count_changes([("C:maj", "G:maj", "G:maj/3", "A:min"), ("E:maj", "B:maj")])
    assert changes.between[MAJ, 7, MAJ] == 2  # C to G and E to B; a new bass is no change
    assert changes.between[MAJ, 2, MIN] == 1
    assert changes.between.sum() == 3


def test_silence_is_counted_apart_and_the_unknown_breaks_a_song() -> None:
    changes = count_changes([("N", "C:maj", "X", "D:maj", "N")])
    assert changes.from_silence[MAJ] == changes.to_silence[MAJ] == 1
    assert not changes.between.any()


def test_the_table_holds_probabilities_in_which_what_was_counted_is_likelier() -> None:
    table = count_changes([("C:maj", "F:maj", "C:maj")] * 50).table()
    assert table.shape == (N_CLASSES, N_CLASSES)
    np.testing.assert_allclose(table.sum(axis=1), 1.0)
    assert not np.diagonal(table).any()
    off_diagonal = table[~np.eye(N_CLASSES, dtype=bool)]
    assert off_diagonal.min() > 0
    # In a key that no song was in, and after a type that never occurred.
    assert table[class_of("F#:maj"), class_of("B:maj")] > 20 * table[class_of("F#:maj"), class_of("C:maj")]
    assert table[class_of("D:dim"), class_of("G:maj")] > 5 * table[class_of("D:dim"), class_of("E:maj")]
    assert table[NO_CHORD_ID, class_of("C:maj")] > 0
