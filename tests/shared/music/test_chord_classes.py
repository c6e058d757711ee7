"""The joint classes, by name: every class there and back, and what each head should say."""

from __future__ import annotations

import numpy as np
import pytest

from shared.errors import InputError
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES, NO_CHORD_ID, Heads, heads_of, transpose_ids
from shared.music.chord_types import CHORD_TYPE_ID, CHORD_TYPES
from shared.music.chords import QUALITIES, Chord, format_harte, parse
from shared.vocabulary import IGNORED

EVERY_CLASS = range(N_CLASSES)


def test_there_are_361_and_their_order_is_that_of_the_table() -> None:
    assert N_CLASSES == len(CHORD_CLASSES) == len(CHORD_CLASSES.labels) == len(set(CHORD_CLASSES.labels)) == 361
    named = {0: "C:maj", 1: "C:min", 29: "C:7(#9)", 30: "Db:maj", 36: "Db:7", 359: "B:7(#9)", 360: "N"}
    assert {class_id: CHORD_CLASSES.labels[class_id] for class_id in named} == named


def test_every_class_comes_back_by_its_name() -> None:
    for class_id, label in enumerate(CHORD_CLASSES.labels):
        assert CHORD_CLASSES.encode(parse(label)) == class_id, label
        assert format_harte(CHORD_CLASSES.decode(class_id)) == label


def test_every_chord_keeps_its_root_and_chord_type() -> None:
    for root in range(12):
        for quality in QUALITIES:
            decoded = CHORD_CLASSES.decode(CHORD_CLASSES.encode(Chord(root, quality, (root + 4) % 12)))
            assert (decoded.root, decoded.bass) == (root, root)
            assert decoded.quality == ("maj" if quality == "maj(9)" else quality)


def test_what_is_no_class() -> None:
    assert CHORD_CLASSES.encode(Chord.unknown()) == IGNORED
    assert CHORD_CLASSES.decode(IGNORED) == Chord.unknown()
    for wrong in (-1, 361):
        with pytest.raises(InputError, match=f"class id {wrong} is no chord; classes are 0 to 360"):
            CHORD_CLASSES.decode(wrong)


@pytest.mark.parametrize(
    ("label", "heads"),
    [
        ("C:maj", Heads(CHORD_TYPE_ID["maj"], 0, 0)),
        ("A:min7/b3", Heads(CHORD_TYPE_ID["min7"], 9, 0)),
        ("G:maj(9)", Heads(CHORD_TYPE_ID["maj"], 7, 7)),
        ("Bb:maj/2", Heads(CHORD_TYPE_ID["maj"], 10, 0)),
        ("E:5", Heads(CHORD_TYPE_ID["5"], 4, 4)),
        ("N", Heads(CHORD_TYPE_ID["N"], IGNORED, IGNORED)),
        ("X", Heads(IGNORED, IGNORED, IGNORED)),
    ],
)
def test_what_each_head_should_say(label: str, heads: Heads) -> None:
    assert heads_of(parse(label)) == heads


def test_the_heads_and_the_class_agree() -> None:
    for class_id in EVERY_CLASS:
        chord = CHORD_CLASSES.decode(class_id)
        heads = heads_of(chord)
        assert CHORD_TYPES[heads.chord_type] == chord.quality
        assert heads.root == heads.bass == (chord.root if class_id != NO_CHORD_ID else IGNORED)


def test_a_transposition_is_that_of_the_chords() -> None:
    ids = np.array([*EVERY_CLASS, IGNORED])
    for semitones in (-13, 0, 5, 11):
        moved = [CHORD_CLASSES.encode(CHORD_CLASSES.decode(int(i)).transpose(semitones)) for i in ids]
        assert transpose_ids(ids, semitones).tolist() == moved
    both = transpose_ids(np.array([[0, 360], [0, IGNORED]]), np.array([[1], [2]]))
    assert both.tolist() == [[30, 360], [60, IGNORED]]
