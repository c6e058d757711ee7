"""Lead-sheet names: every chord there and back, and the spellings of many hands."""

from __future__ import annotations

import itertools

import pytest

from shared.music.chord_symbol import Chord, ChordError
from shared.music.chord_types import QUALITIES
from shared.music.conditions import KEYS
from shared.music.harte import format_harte
from shared.music.keys import parse_key
from shared.music.lead_sheet import format_lead_sheet, parse_lead_sheet


def test_every_chord_comes_back_from_its_name() -> None:
    chords = list(itertools.starmap(Chord, itertools.product(range(12), QUALITIES, range(12))))
    assert [parse_lead_sheet(format_lead_sheet(chord)) for chord in chords] == chords
    for silent in (Chord.no_chord(), Chord.unknown()):
        assert parse_lead_sheet(format_lead_sheet(silent)) == silent


@pytest.mark.parametrize("key", KEYS)
def test_every_chord_comes_back_in_every_key(key: str) -> None:
    spelling = parse_key(key)
    for root, quality, above in itertools.product(range(12), QUALITIES, (0, 3, 4, 6, 11)):
        chord = Chord(root, quality, (root + above) % 12)
        assert parse_lead_sheet(format_lead_sheet(chord, spelling)) == chord


SPELLINGS = {
    "C:maj": "C CM Cmaj Cma Cmajor (C) C(#11) C4 CMb5",
    "C:min": "Cm C- Cmin Cmi Cminor C−",  # noqa: RUF001 - the minus sign of typeset lead sheets
    "C:7": "C7 Cdom7 C7#11 C7(13) C67 C7b13 C7/13",
    "C:maj7": "Cmaj7 CM7 CMaj7 C^7 C^ CΔ CΔ7 C∆7 Cma7 C7M Cj7 CM7#11 Cmaj7(b5) CM7add13",
    "C:min7": "Cm7 C-7 Cmin7 Cmi7 Cm7add11 Cm7(11) Cm7#5",
    "C:minmaj7": "CmMaj7 CmM7 Cm(maj7) C-^7 C-Δ CmΔ CmM9 Cm(#7)",
    "C:dim": "Cdim C° Co Cd Cmb5 CoM7",
    "C:dim7": "Cdim7 C°7 Co7 Cd7 Co7M7",
    "C:hdim7": "Cø Cø7 Ch7 Chdim7 Cm7b5 C-7b5 Cm7(b5) C-7-5 Cm9b5 CØ7",
    "C:aug": "Caug C+ Ca C+add9",
    "C:aug(b7)": "C7#5 C7+ C+7 Caug7 Ca7 C7+5 C9#5 C9+ C+9",
    "C:aug(7)": "CM7#5 Cmaj7#5 CM7+ C+M7 C+maj7",
    "C:sus4": "Csus Csus4 Csus24 Csus2sus4 Csusb9",
    "C:sus2": "Csus2 Cadd9no3 Cadd9(no3)",
    "C:sus4(b7)": "C7sus C7sus4 C9sus4 C13sus C7susb9 C7sus4b9b13 Cphryg C7b9sus4",
    "C:maj6": "C6 CM6 C69 C6/9 C6(9) Cmaj6 C6#11",
    "C:min6": "Cm6 C-6 Cm69 Cm6/9 Cm6(add9)",
    "C:9": "C9 C7(9) C9#11 C9b5",
    "C:maj9": "CM9 Cmaj9 C^9 Cmaj7(9) CM9#11",
    "C:min9": "Cm9 C-9 Cm7(9) Cmin9",
    "C:maj(9)": "Cadd9 C(add9) Cadd2 C2 CMadd9",
    "C:7(b9)": "C7b9 C7(b9) C7-9 C7alt Calt C13b9 C7#5b9 C7b5 C7b9#11 C7b5b9",
    "C:7(#9)": "C7#9 C7(#9) C7+9 C7#5#9 C7#9b13 C13#9",
    "C:11": "C11",
    "C:min11": "Cm11 C-11",
    "C:maj7(9,11)": "Cmaj11",
    "C:13": "C13 C13#11 C9(13) C9add13",
    "C:maj13": "CM13 Cmaj13 CM13#11",
    "C:min13": "Cm13",
    "C:5": "C5 C(no3) Comit3 C7no3",
    "C:1": "C1 CBass",
    "C:maj/3": "C/E C/e C\\E C/E7",
    "C:min7/b7": "Cm7/Bb Cm7/bb Cm7/Bb7 Cm7/A#",
    "C:maj/b5": "C/f+ C/F# C/Gb",
    "Db:maj": "Db C# D♭ C♯",
    "Bb:maj": "Cbb Bb A#",
    "D:min": "C##m Cxm Ebbm",
    "N": "NC N.C. N.C n.c. N",
}


@pytest.mark.parametrize(
    ("name", "harte"), [(name, harte) for harte, names in SPELLINGS.items() for name in names.split()]
)
def test_the_spellings_of_many_hands(name: str, harte: str) -> None:
    assert format_harte(parse_lead_sheet(name)) == harte


@pytest.mark.parametrize(
    ("name", "place", "near"),
    [
        ("Cmaj77", "after 'Cmaj7'", "Cmaj7"),
        ("Hm", "at its start", "Bm"),
        ("", "at its start", "C:maj"),
        ("am7", "at its start", "Am7"),
        ("Cm7/", "after 'Cm7'", "Cm7/"),
        ("C/Ez", "after 'C/E'", "C"),
        ("C7(b9", "after 'C7(b9'", "C7b9"),
        ("Cb9b", "after 'Cb9'", "C"),
        ("Cmm", "after 'Cm'", "Cm"),
        ("C hello", "after 'C h'", "C"),
    ],
)
def test_an_error_names_the_name_the_place_and_what_is_near(name: str, place: str, near: str) -> None:
    with pytest.raises(ChordError) as caught:
        parse_lead_sheet(name)
    sentence = str(caught.value)
    assert sentence.startswith(f"chord '{name}' cannot be read {place}:")
    assert near in sentence.split("nearest: ")[1]


@pytest.mark.parametrize(
    ("harte_key", "chord", "name"),
    [
        ("A:minor", Chord(8, "dim7", 8), "G#dim7"),
        ("Eb:major", Chord(8, "maj", 8), "Ab"),
        ("E:major", Chord(8, "min7", 8), "G#m7"),
        ("C:major", Chord(9, "7", 1), "A7/C#"),
        ("C:major", Chord(2, "maj", 6), "D/F#"),
        ("F:minor", Chord(1, "maj7", 0), "Dbmaj7/C"),
        ("F:major", Chord(0, "7", 10), "C7/Bb"),
        ("D:major", Chord(2, "maj", 10), "D/Bb"),
    ],
)
def test_notes_are_spelt_as_the_key_asks(harte_key: str, chord: Chord, name: str) -> None:
    assert format_lead_sheet(chord, parse_key(harte_key)) == name
