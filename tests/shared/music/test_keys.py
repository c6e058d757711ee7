"""Keys: names, scales, spelling, and the key of a progression."""

from __future__ import annotations

import collections
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.music.chords import Chord, parse
from shared.music.conditions import KEYS
from shared.music.keys import Key, estimate_key, key_of_id, parse_key


def test_names_and_ids_are_those_of_the_conditions() -> None:
    keys = [key_of_id(index) for index in range(24)]
    assert [key.name for key in keys] == list(KEYS)
    assert [key.id for key in keys] == list(range(24))
    assert [parse_key(key.name) for key in keys] == keys
    assert [parse_key(key.title) for key in keys] == keys


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ("A:min|A:minor|Am|A minor|A Minor|a|a minor|A-|A:aeolian|A min|A_minor|Amin", "A:minor"),
        ("Eb:maj|Eb|E♭|Eb major|EbM|eb major|D#:maj|E-flat major|Eb:ionian", "Eb:major"),
        ("F#m|f#|Gb:min|F♯ minor|F-sharp minor", "F#:minor"),
        ("D:dorian|Ddor|D dorian", "D:minor"),
        ("G:mixolydian|Gmix|G lydian", "G:major"),
        ("B|Cb", "B:major"),
        ("bb|Bbm", "Bb:minor"),
    ],
)
def test_the_spellings_of_keys(names: str, key: str) -> None:
    assert {parse_key(name).name for name in names.split("|")} == {key}


@pytest.mark.parametrize("name", ["H", "C:blah", "", "A:minr", "major", "C:maj:min"])
def test_what_is_no_key_is_named_with_the_nearest(name: str) -> None:
    with pytest.raises(InputError, match=f"unknown key '{name}'; .*:m"):
        parse_key(name)


@given(st.text())
def test_any_text_is_a_key_or_one_sentence(text: str) -> None:
    try:
        result = parse_key(text).name
    except InputError as error:
        result = str(error)
    assert result in KEYS or (result.startswith("unknown key '") and result.isprintable())


@pytest.mark.parametrize(("tonic", "mode"), [(12, "major"), (-1, "minor"), (0, "dorian")])
def test_what_is_no_key_is_not_born(tonic: int, mode: str) -> None:
    with pytest.raises(InputError, match=r"tonic|mode"):
        Key(tonic, mode)


def test_an_id_outside_the_table_is_refused() -> None:
    with pytest.raises(InputError, match="24"):
        key_of_id(24)


def test_scales_begin_on_the_tonic() -> None:
    assert parse_key("D").scale_pitch_classes == (2, 4, 6, 7, 9, 11, 1)
    assert parse_key("Am").scale_pitch_classes == (9, 11, 0, 2, 4, 5, 7)


@pytest.mark.parametrize(
    ("key", "inside", "outside"),
    [
        ("C", "C Dm7 Em Fmaj7 G7 G13 Am Bm7b5 Dm/F G7sus4 Csus2 C5 N.C.", "C7 D7 Fm E Bb Bdim7 F13 C/Bb"),
        ("Am", "Am Bm7b5 C Dm E E7 Em G G#dim7 G#dim F#m7b5 D7 AmMaj7 E7b9", "A7 B7 Bb Fm C7 C#dim7"),
    ],
)
def test_which_chords_lie_in_a_key(key: str, inside: str, outside: str) -> None:
    tonality = parse_key(key)
    assert [name for name in inside.split() if not tonality.chord_is_diatonic(parse(name))] == []
    assert [name for name in outside.split() if tonality.chord_is_diatonic(parse(name))] == []


@pytest.mark.parametrize(
    ("key", "notes"),
    [
        ("C", "C Db D Eb E F F# G Ab A Bb B"),
        ("E", "C C# D D# E F F# G G# A A# B"),
        ("Db", "C Db D Eb E F Gb G Ab A Bb Cb"),
        ("F#", "C C# D D# E E# F# G G# A A# B"),
        ("Am", "C C# D Eb E F F# G G# A Bb B"),
        ("C#m", "C C# D D# E E# F# G G# A A# B"),
        ("Fm", "C Db D Eb E F Gb G Ab A Bb Cb"),
    ],
)
def test_how_a_key_spells_the_twelve_notes(key: str, notes: str) -> None:
    assert " ".join(parse_key(key).note_name(note) for note in range(12)) == notes


@pytest.mark.parametrize("key", KEYS)
def test_a_key_spells_its_scale_with_seven_letters(key: str) -> None:
    tonality = parse_key(key)
    names = [tonality.note_name(note) for note in tonality.scale_pitch_classes]
    assert sorted(name[0] for name in names) == list("ABCDEFG")
    assert tonality.prefers_flats == any("b" in name for name in names)


@pytest.mark.parametrize(
    ("chords", "key"),
    [
        ("C Am F G", "C:major"),
        ("Am Dm E7 Am", "A:minor"),
        ("Dm7 G7 Cmaj7", "C:major"),
        ("C7 F7 C7 G7 F7 C7", "C:major"),
        ("Ebm Abm Bb7 Ebm", "Eb:minor"),
        ("N.C. D A D", "D:major"),
    ],
)
def test_the_key_of_a_progression(chords: str, key: str) -> None:
    assert estimate_key([parse(name) for name in chords.split()]).name == key


def test_longer_chords_weigh_more() -> None:
    chords = [parse(name) for name in "G C D A".split()]
    assert estimate_key(chords, [1, 8, 1, 0.1]) != estimate_key(chords, [1, 0.1, 8, 8])


def test_a_transposed_progression_has_the_transposed_key() -> None:
    chords = [parse(name) for name in "Am F C G7".split()]
    tonic = estimate_key(chords).tonic
    for semitones in range(12):
        moved = estimate_key([chord.transpose(semitones) for chord in chords])
        assert moved.tonic == (tonic + semitones) % 12


def test_silence_has_no_key() -> None:
    with pytest.raises(InputError, match="no chord sounds"):
        estimate_key([Chord.no_chord()])
    with pytest.raises(InputError, match="2 chords need as many durations"):
        estimate_key([parse("C"), parse("G")], [1.0])


def _relation(estimated: Key, annotated: Key) -> str:
    if estimated == annotated:
        return "right"
    interval = (estimated.tonic - annotated.tonic) % 12
    if estimated.mode == annotated.mode:
        return "fifth" if interval in (5, 7) else "other"
    relative = 9 if annotated.mode == "major" else 3
    return {0: "parallel", relative: "relative"}.get(interval, "other")


def test_estimates_against_annotated_keys(consort_data: Path) -> None:
    relations: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    with gzip.open(consort_data / "chords-unified" / "songs.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    for record in records:
        if record.get("key") and not record.get("duplicate_of"):
            estimated = estimate_key([parse(label) for label in record["chords"]])
            relations[record["dataset"]][_relation(estimated, parse_key(record["key"]))] += 1
    overall = sum(relations.values(), collections.Counter())
    assert overall["right"] / overall.total() > 0.8
    # Keys that people annotated, not estimated from a key signature or from the audio.
    by_hand = relations["isophonics"] + relations["when-in-rome"] + relations["nottingham"]
    assert by_hand["right"] / by_hand.total() > 0.88
