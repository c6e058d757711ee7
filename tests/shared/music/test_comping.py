"""The chord players: what strokes sound, power chords, ties, and the last chord."""

from dataclasses import replace

from shared.music.chords import Chord
from shared.music.comping import layer_voicings, play_layer, tie_over
from shared.music.rhythm import build_timeline, parse_row
from shared.music.styles import LAYER_SYMBOLS, LayerStyle
from shared.music.touch import Setting, Written

PIANO = LayerStyle("piano", 0, "full", 4, 55, 79, 70, 100, 64, 40, tie=False, ring=False, roll_s=0.0)
C, G, A_MINOR = Chord(0, "maj", 0), Chord(7, "maj", 7), Chord(9, "min", 9)


def _play(layer: LayerStyle, *rows: str, chords: tuple[Chord, ...] = (C, G)) -> list[Written]:
    timeline = build_timeline(chords, [4.0] * len(chords), 4.0)
    setting = Setting(120.0, "4/4", 4.0, 0.5, timeline.end_quarters, 0)
    return play_layer(layer, [parse_row(row, LAYER_SYMBOLS) for row in rows], timeline, setting)


def _at(notes: list[Written], onset: float) -> list[int]:
    return sorted(note.pitch for note in notes if abs(note.onset_quarters - onset) < 0.05)


def test_symbols_choose_voices() -> None:
    voicing = list(layer_voicings(PIANO, (C, G))[0])
    notes = _play(PIANO, "x1eiXo4.")
    assert _at(notes, 0.0) == voicing
    assert _at(notes, 0.5) == voicing[:1]
    assert _at(notes, 1.0) == [voicing[0], voicing[3]]
    assert _at(notes, 1.5) == voicing[1:3]
    assert _at(notes, 3.0) == voicing[3:]


def test_loud_and_soft_strokes_differ() -> None:
    loud, usual, soft = (_play(PIANO, row)[0].velocity for row in ("X---", "x---", "o---"))
    assert loud > usual > soft


def test_two_rows_sound_together() -> None:
    notes = _play(PIANO, "1-2-", "4---")
    assert len(_at(notes, 0.0)) == 2
    assert len(_at(notes, 2.0)) == 1


def test_ringing_voices_sound_to_the_end_of_their_chord() -> None:
    ringing = _play(replace(PIANO, ring=True), "1.2.")
    assert {note.end_quarters for note in ringing if note.onset_quarters < 4} == {4.0}
    damped = _play(PIANO, "1.2.")
    assert max(note.end_quarters for note in damped if note.onset_quarters == 0) < 1.0


def test_a_strum_spreads_the_strings() -> None:
    strummed = _play(replace(PIANO, roll_s=0.01), "x---")[:4]
    assert [round(note.onset_quarters, 3) for note in strummed] == [0.0, 0.02, 0.04, 0.06]
    assert [note.pitch for note in strummed] == sorted(note.pitch for note in strummed)


def test_power_chords_are_root_fifth_octave_with_the_fifth_that_the_chord_has() -> None:
    guitar = replace(PIANO, voicing="power", low=43)
    assert layer_voicings(guitar, (C, Chord(11, "dim", 11), Chord.no_chord())) == [(48, 55, 60), (47, 53, 59), ()]


def test_strings_hold_their_common_tone() -> None:
    notes = _play(replace(PIANO, tie=True), "x-------", chords=(C, A_MINOR, G))
    shared_tones = {p for p in (0, 4) for note in notes if note.pitch % 12 == p and note.end_quarters == 8.0}
    assert shared_tones == {0, 4}
    assert all(note.end_quarters - note.onset_quarters <= 8.0 for note in notes)


def test_ties_end_after_their_longest() -> None:
    bars = [Written(60, 70, 4.0 * bar, 4.0 * bar + 4) for bar in range(5)]
    assert [(n.onset_quarters, n.end_quarters) for n in tie_over(bars, 8.0)] == [(0, 8), (8, 16), (16, 20)]


def test_the_last_chord_is_spread_from_below_and_held() -> None:
    last = _play(PIANO, "xxxxxxxx")[-4:]
    assert [note.pitch for note in last] == list(layer_voicings(PIANO, (C, G))[1])
    assert all(note.end_quarters == 8.0 for note in last)
    assert [note.onset_quarters for note in last] == sorted({note.onset_quarters for note in last})
    assert last[0].onset_quarters == 4.0


def test_a_bar_without_chord_is_silent() -> None:
    notes = _play(PIANO, "xxxx", chords=(C, Chord.no_chord(), G))
    assert not [note for note in notes if 4.0 <= note.onset_quarters < 8.0]
