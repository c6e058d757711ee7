"""Chords as values, and the one door that reads both dialects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.music.chords import (
    PITCH_CLASS_NAMES,
    QUALITIES,
    Chord,
    ChordError,
    chroma,
    format_harte,
    parse,
    parse_harte,
    parse_lead_sheet,
)
from shared.music.conditions import KEYS
from shared.music.keys import parse_key
from shared.music.lead_sheet import format_lead_sheet

pitch_classes = st.integers(0, 11)
chords = st.builds(Chord, pitch_classes, st.sampled_from(QUALITIES), pitch_classes) | st.sampled_from(
    [Chord.no_chord(), Chord.unknown()]
)


def _read(reader: Callable[[str], Chord], text: str) -> Chord | str:
    """Return the chord, or the sentence that refuses it; any other exception fails the test."""
    try:
        return reader(text)
    except ChordError as error:
        return str(error)


@given(chords, st.sampled_from(KEYS))
def test_parse_undoes_both_formats(chord: Chord, key: str) -> None:
    assert parse(format_harte(chord)) == chord
    assert parse(format_lead_sheet(chord)) == chord
    assert parse(format_lead_sheet(chord, parse_key(key))) == chord


@given(st.text())
@example("C" + "b" * 5000)
@example("C:maj(" + "1," * 500 + "5)")
@example("C7\n")
@example("C²")
@example("\x00")
@example("C:٣")
@example("C\ud800")
def test_any_text_is_a_chord_or_one_sentence(text: str) -> None:
    for reader in (parse, parse_harte, parse_lead_sheet):
        result = _read(reader, text)
        if isinstance(result, str):
            assert result.startswith("chord '")
            assert result.isprintable()
            assert len(result) < 300


@given(st.text(alphabet="CDBb#:()/\\*,.,0123456789majinsudg+-^øo N", max_size=12))
def test_what_looks_like_a_chord_never_breaks_the_parser(text: str) -> None:
    result = _read(parse, text)
    assert isinstance(result, str) or parse(format_harte(result)) == result


@pytest.mark.parametrize(
    ("label", "harte"),
    [
        ("C:7alt", "C:7(b9)"),
        ("C:13", "C:13"),
        ("A/5", "A:maj/5"),
        ("A/b7", "A:maj/b7"),
        ("D(1,5)", "D:5"),
        ("D(*5)/3", "D:maj/3"),
        ("C(b5)", "C:maj"),
        ("C7(b9)", "C:7(b9)"),
        ("Bb/D", "Bb:maj/3"),
        ("Bb/d", "Bb:maj/3"),
        ("N.C.", "N"),
        ("&pause", "N"),
        ("X", "X"),
        ("B-", "B:min"),
        ("B-:min", "Bb:min"),
    ],
)
def test_the_door_knows_the_dialect(label: str, harte: str) -> None:
    assert format_harte(parse(label)) == harte


def test_pitch_classes_begin_with_the_root_and_hold_a_foreign_bass() -> None:
    assert Chord(9, "min7", 9).pitch_classes == (9, 0, 4, 7)
    assert Chord(0, "maj", 2).pitch_classes == (0, 2, 4, 7)
    assert Chord.no_chord().pitch_classes == ()


@given(chords, st.integers(-30, 30))
def test_a_transposed_chord_has_transposed_notes_and_comes_back(chord: Chord, semitones: int) -> None:
    moved = chord.transpose(semitones)
    assert set(moved.pitch_classes) == {(note + semitones) % 12 for note in chord.pitch_classes}
    assert moved.transpose(-semitones) == chord


def test_chroma_marks_what_sounds() -> None:
    heard = chroma(Chord(7, "7", 5))
    assert heard.dtype == np.float32
    assert heard.tolist() == [0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1]
    assert not chroma(Chord.unknown()).any()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((0, "majr", 0), "nearest: maj"),
        ((12, "maj", 0), "0 to 11"),
        ((0, "maj", -1), "0 to 11"),
        ((0, "N", 0), "-1 for both"),
    ],
)
def test_what_is_no_chord_is_not_born(fields: tuple[int, str, int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Chord(*fields)


def test_the_names_of_pitch_classes_are_roots() -> None:
    assert [parse(name).root for name in PITCH_CLASS_NAMES] == list(range(12))
