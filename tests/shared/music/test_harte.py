"""Harte labels: every chord there and back, mir_eval's agreement, and what annotators write."""

from __future__ import annotations

import itertools

import pytest
from mir_eval import chord as mir_eval_chord

from shared.music.chord_symbol import Chord, ChordError
from shared.music.chord_types import QUALITIES
from shared.music.harte import format_harte, parse_harte

EVERY_CHORD = [
    *itertools.starmap(Chord, itertools.product(range(12), QUALITIES, range(12))),
    Chord.no_chord(),
    Chord.unknown(),
]


def test_every_chord_comes_back_from_its_label() -> None:
    assert [parse_harte(format_harte(chord)) for chord in EVERY_CHORD] == EVERY_CHORD


def test_mir_eval_reads_every_label_as_the_same_notes() -> None:
    for chord in EVERY_CHORD[:-2]:
        root, bitmap, bass = mir_eval_chord.encode(format_harte(chord), reduce_extended_chords=True)
        notes = {(root + semitone) % 12 for semitone in bitmap.nonzero()[0]}
        assert (root, (root + bass) % 12) == (chord.root, chord.bass)
        assert notes == set(chord.pitch_classes)


def test_mir_eval_knows_our_no_chord_and_unknown() -> None:
    assert mir_eval_chord.encode("N")[0] == mir_eval_chord.encode("X")[0] == -1
    assert (format_harte(Chord.no_chord()), format_harte(Chord.unknown())) == ("N", "X")


@pytest.mark.parametrize(
    ("label", "quality", "root", "bass"),
    [
        ("A", "maj", 9, 9),
        ("A/5", "maj", 9, 4),
        ("C/b7", "maj", 0, 10),
        ("A:1/1", "1", 9, 9),
        ("B-:maj", "maj", 10, 10),
        ("E--:7/3", "7", 2, 6),
        ("F##:min", "min", 7, 7),
        ("D♭:maj7", "maj7", 1, 1),
        ("F♯:min", "min", 6, 6),
        ("C:(1,5)", "5", 0, 0),
        ("C(1)", "1", 0, 0),
        ("C:maj(*3)", "5", 0, 0),
        ("C(*5)", "maj", 0, 0),
        ("C:maj(*1)/3", "maj", 0, 4),
        ("C:(1,*3,*5)", "1", 0, 0),
        ("Db:sus4(b7,9)", "7sus4", 1, 1),
        ("C:sus4(b7)", "7sus4", 0, 0),
        ("C:7sus4", "7sus4", 0, 0),
        ("C:aug(b7)", "aug7", 0, 0),
        ("C:min7(b5)", "hdim7", 0, 0),
        ("C:7(#5)", "aug7", 0, 0),
        ("C:min(7)", "minmaj7", 0, 0),
        ("C:maj(2)/2", "maj(9)", 0, 2),
        ("C:min7(2,*b3,4)", "7sus4", 0, 0),
        ("C:maj(b13)/bb13", "maj", 0, 7),
        ("C:dim7/bb7", "dim7", 0, 9),
        ("C:maj/b11", "maj", 0, 4),
        ("C:add9", "maj(9)", 0, 0),
        ("C:7alt", "7(b9)", 0, 0),
        ("C:maj11", "maj11", 0, 0),
        (" C:min ", "min", 0, 0),
    ],
)
def test_what_annotators_write(label: str, quality: str, root: int, bass: int) -> None:
    assert parse_harte(label) == Chord(root, quality, bass)


@pytest.mark.parametrize("label", ["N", "&pause"])
def test_silence(label: str) -> None:
    assert parse_harte(label) == Chord.no_chord()


@pytest.mark.parametrize(
    ("label", "place", "near"),
    [
        ("H:maj", "at its start", "B:maj"),
        ("C:blah", "after 'C:'", "C:maj"),
        ("C:majj7", "after 'C:'", "C:maj7"),
        ("C:", "after 'C:'", "C:"),
        ("C:maj/q", "after 'C:maj/'", "C:maj/3"),
        ("C:maj/*3", "after 'C:maj/'", "C:maj/3"),
        ("C:7(b9", "after 'C:7'", "C:7(b9)"),
        ("C:7(x)", "after 'C:7('", "C:7"),
        ("C:maj:min", "after 'C:'", "C:maj"),
        ("C:maj/14", "after 'C:maj/'", "C:maj/"),
        ("Am7", "after 'A'", "A:min7"),
    ],
)
def test_an_error_names_the_label_the_place_and_what_is_near(label: str, place: str, near: str) -> None:
    with pytest.raises(ChordError) as caught:
        parse_harte(label)
    sentence = str(caught.value)
    assert sentence.startswith(f"chord '{label}' cannot be read {place}:")
    assert near in sentence.split("nearest: ")[1]
    assert "\n" not in sentence
