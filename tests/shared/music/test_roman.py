"""Roman numerals: every chord there and back in every key, and what musicians write."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.music.chord_symbol import Chord, ChordError
from shared.music.chord_types import QUALITIES
from shared.music.chords import parse
from shared.music.conditions import KEYS
from shared.music.keys import Key, parse_key
from shared.music.roman import parse_roman, roman_numeral


@pytest.mark.parametrize("key", KEYS)
def test_every_chord_comes_back_from_its_numeral(key: str) -> None:
    tonality = parse_key(key)
    for root, quality, above in itertools.product(range(12), QUALITIES, (0, 2, 3, 10)):
        chord = Chord(root, quality, (root + above) % 12)
        assert parse_roman(roman_numeral(chord, tonality), tonality) == chord
        assert parse_roman(roman_numeral(chord, tonality, applied=False), tonality) == chord


@pytest.mark.parametrize("key", ["C:major", "A:minor"])
def test_every_bass_comes_back(key: str) -> None:
    tonality = parse_key(key)
    chords = [Chord(root, "7", bass) for root, bass in itertools.product(range(12), range(12))]
    assert [parse_roman(roman_numeral(chord, tonality), tonality) for chord in chords] == chords


@pytest.mark.parametrize("silent", [Chord.no_chord(), Chord.unknown()])
def test_silence_comes_back(silent: Chord) -> None:
    assert parse_roman(roman_numeral(silent, Key(0, "major")), Key(0, "major")) == silent


@pytest.mark.parametrize(
    ("key", "chords", "numerals"),
    [
        ("C", "C Dm7 Em Fmaj7 G7 Am Bm7b5 Bdim", "I ii7 iii IVmaj7 V7 vi viiø7 viio"),
        ("C", "D7 A7 E7 B D G#dim7 F#m7b5", "V7/V V7/ii V7/vi V/iii V/V viio7/vi viiø7/V"),
        ("C", "C7 F7 Bb Ab Eb Db7 Fm F#dim Caug G7#5", "I7 IV7 bVII bVI bIII bII7 iv #ivo I+ V+7"),
        ("C", "C/E G7/F D7/F# G7sus4 Cadd9 C6 Am6", "I/3 V7/b7 V7/V/3 V7sus4 Iadd9 I6 vi6"),
        ("Am", "Am Bm7b5 C Dm E7 F G G#dim7", "i iiø7 III iv V7 VI VII viio7"),
        ("Am", "F#m7b5 F#m G#m Bb B7 C7 A D7", "viø7 #vi #vii bII V7/V V7/VI I IV7"),
    ],
)
def test_what_musicians_write(key: str, chords: str, numerals: str) -> None:
    tonality = parse_key(key)
    assert " ".join(roman_numeral(parse(name), tonality) for name in chords.split()) == numerals


@pytest.mark.parametrize(
    ("numeral", "major", "minor"),
    [
        ("V7/ii", "A:7", "F#:7"),
        ("V7/ii/V", "E:7", "C#:7"),
        ("bVIImaj7", "Bb:maj7", "G:maj7"),
        ("♭VII", "Bb:maj", "G:maj"),
        ("iiø7", "D:hdim7", "B:hdim7"),
        ("iiø", "D:hdim7", "B:hdim7"),
        ("viio7", "B:dim7", "G#:dim7"),
        ("vii°7", "B:dim7", "G#:dim7"),
        ("bviio7", "Bb:dim7", "G:dim7"),
        ("viidim7", "B:dim7", "G#:dim7"),
        ("#ivø7", "F#:hdim7", "D#:hdim7"),
        ("iim7", "D:min7", "B:min7"),
        ("IIm7", "D:min7", "B:min7"),
        ("imaj7", "C:minmaj7", "A:minmaj7"),
        ("bIII+", "Eb:aug", "C:aug"),
        ("V7b9", "G:7(b9)", "E:7(b9)"),
        ("I6/9", "C:maj6", "A:maj6"),
        ("V/V/3", "D:maj/3", "B:maj/3"),
        ("N", "N", "N"),
    ],
)
def test_numerals_in_major_and_minor(numeral: str, major: str, minor: str) -> None:
    assert parse_roman(numeral, parse_key("C")) == parse(major)
    assert parse_roman(numeral, parse_key("Am")) == parse(minor)


@pytest.mark.parametrize(
    ("numeral", "place"),
    [
        ("VIII", "after 'VII'"),
        ("Q", "at its start"),
        ("", "at its start"),
        ("V7/Q", "after 'V7/'"),
        ("V7/", "after 'V7/'"),
        ("Vblah", "after 'V'"),
        ("Iv", "after 'I'"),
        ("V\\A", "after 'V'"),
    ],
)
def test_an_error_names_the_place_and_valid_numerals(numeral: str, place: str) -> None:
    with pytest.raises(ChordError) as caught:
        parse_roman(numeral, Key(0, "major"))
    assert str(caught.value).startswith(f"chord '{numeral}' cannot be read {place}:")


@given(st.text(alphabet="IViv#b/o°ø+7913majsudN ", max_size=10) | st.text())
def test_any_text_is_a_numeral_or_one_sentence(text: str) -> None:
    tonality = Key(9, "minor")
    try:
        result = roman_numeral(parse_roman(text, tonality), tonality)
    except ChordError as error:
        result = str(error)
    assert result.isprintable()
