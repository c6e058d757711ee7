"""The measures of melody harmonisation against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shared.errors import InputError
from shared.metrics.harmonization import (
    chord_agreement,
    chord_coverage,
    chord_histogram_entropy,
    chord_tonal_distance,
    chord_tone_ratio,
    harmonization_scores,
    melody_chord_distance,
    pitch_consonance,
    tonal_centroid,
    triad,
)
from shared.music.chords import Chord, chroma, parse
from shared.music.melody import ChordSpan
from shared.music.score import Note

C4, D4, E4, F4, FSHARP4, G4, A4, B4 = 60, 62, 64, 65, 66, 67, 69, 71
# C alone lies at (0, 1, 0, 1, 0, 1/2); the mean of C, E and G at this place.
C_MAJOR = np.array([0.45534, 0.45534, 1 / 3, 2 / 3, 0.28868, 0.0])
FROM_C_TO_C_MAJOR = 1.02930
# A fifth turns the circles by 30, 90 and 120 degrees; a major triad lies 0.644, 0.745 and 0.289 from their middles.
ONE_FIFTH = math.sqrt(1 / 9 + 10 / 9 + 1 / 4)


def line(*pitches: int, quarters: float = 1.0) -> list[Note]:
    return [Note(pitch, 80, index * quarters, quarters) for index, pitch in enumerate(pitches)]


def spans(*labels: str, quarters: float = 4.0) -> list[ChordSpan]:
    return [ChordSpan(i * quarters, (i + 1) * quarters, parse(label)) for i, label in enumerate(labels)]


def test_the_tonal_centroid_is_that_of_the_three_circles() -> None:
    assert tonal_centroid(np.eye(12)[0]) == pytest.approx([0, 1, 0, 1, 0, 0.5])
    assert tonal_centroid(np.eye(12)[7]) == pytest.approx([0.5, math.sqrt(0.75), 1, 0, 0.5 * math.sqrt(0.75), -0.25])
    assert tonal_centroid(chroma(parse("C"))) == pytest.approx(C_MAJOR, abs=1e-5)
    assert tonal_centroid(5 * chroma(parse("C"))) == pytest.approx(C_MAJOR, abs=1e-5)
    assert not tonal_centroid(np.zeros(12)).any()


def test_the_distance_of_chords_is_the_same_in_every_key() -> None:
    distances = [chord_tonal_distance([parse("C").transpose(key), parse("G").transpose(key)]) for key in range(12)]
    assert distances == pytest.approx([ONE_FIFTH] * 12, abs=1e-4)


def test_only_chord_tones_make_a_ratio_of_one() -> None:
    assert chord_tone_ratio(line(C4, E4, G4, 72), spans("C")) == 1.0
    assert chord_tone_ratio(line(C4, FSHARP4, C4, FSHARP4), spans("C")) == pytest.approx(2 / 4)


def test_a_non_chord_tone_is_proper_when_the_next_note_is_a_step_away() -> None:
    assert chord_tone_ratio(line(C4, D4, E4, G4), spans("C")) == pytest.approx((3 + 1) / (3 + 1))
    # F falls a step to E, A leaps to D, D is the last.
    assert chord_tone_ratio(line(F4, E4, A4, D4), spans("C")) == pytest.approx((1 + 1) / (1 + 3))


def test_a_repeated_non_chord_tone_is_judged_where_it_moves() -> None:
    assert chord_tone_ratio(line(D4, D4, E4, C4), spans("C")) == pytest.approx((2 + 2) / (2 + 2))
    assert chord_tone_ratio(line(D4, D4, G4, C4), spans("C")) == pytest.approx((2 + 0) / (2 + 2))


def test_a_note_over_two_chords_counts_under_each_and_rests_of_the_chords_count_nothing() -> None:
    held = [Note(E4, 80, 0.0, 8.0)]
    assert chord_tone_ratio(held, spans("C", "F")) == pytest.approx(1 / 2)
    assert chord_tone_ratio(held, spans("C", "N")) == 1.0


def test_consonance_counts_intervals_above_the_notes_of_the_chord() -> None:
    # G above C, E, G: fifth, minor third, unison.
    assert pitch_consonance(line(G4), spans("C")) == 1.0
    # C above C, E, G: unison, minor sixth, fourth.
    assert pitch_consonance(line(C4), spans("C")) == pytest.approx((1 + 1 + 0) / 3)
    # D above C, E, G: second, minor seventh, fifth.
    assert pitch_consonance(line(D4), spans("C")) == pytest.approx((-1 - 1 + 1) / 3)
    # B above C, E, G: major seventh, fifth, major third.
    assert pitch_consonance(line(B4), spans("C")) == pytest.approx((-1 + 1 + 1) / 3)


def test_consonance_is_a_mean_over_sixteenths_without_rests() -> None:
    notes = [Note(G4, 80, 0.0, 1.0), Note(D4, 80, 2.0, 3.0)]  # 4 and 12 windows
    assert pitch_consonance(notes, spans("C", "C")) == pytest.approx((4 * 1 + 12 * -1 / 3) / 16)
    # Of two notes in one window the longer is heard.
    short = [Note(D4, 80, 0.0, 0.1), Note(G4, 80, 0.1, 0.15)]
    assert pitch_consonance(short, spans("C")) == 1.0


def test_distance_of_note_and_chord_is_weighted_by_duration() -> None:
    assert melody_chord_distance(line(C4), spans("C")) == pytest.approx(FROM_C_TO_C_MAJOR, abs=1e-4)
    notes = [Note(C4, 80, 0.0, 1.0), Note(G4, 80, 1.0, 3.0)]
    to_g = float(np.linalg.norm(tonal_centroid(np.eye(12)[7]) - C_MAJOR))
    assert melody_chord_distance(notes, spans("C")) == pytest.approx((FROM_C_TO_C_MAJOR + 3 * to_g) / 4, abs=1e-4)
    far = melody_chord_distance(line(FSHARP4), spans("C"))
    assert far > melody_chord_distance(line(D4), spans("C")) > to_g


def test_the_measures_of_a_progression() -> None:
    chords = [parse(label) for label in ("C", "C", "G", "F")]
    assert chord_histogram_entropy(chords) == pytest.approx(0.5 * math.log(2) + 2 * 0.25 * math.log(4))
    assert chord_histogram_entropy(chords[:2]) == 0.0
    assert chord_coverage(chords) == 3
    assert chord_tonal_distance(chords[:3]) == pytest.approx(ONE_FIFTH / 2, abs=1e-4)


def test_all_six_at_once() -> None:
    scores = harmonization_scores(line(G4, G4, G4, G4), spans("C", "N"))
    assert scores["CTnCTR"] == scores["PCS"] == scores["CC"] == 1.0
    assert scores["CHE"] == scores["CTD"] == 0.0
    assert list(scores) == ["CTnCTR", "PCS", "MCTD", "CHE", "CC", "CTD"]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("C:maj7", "C:maj"), ("A:min7/b3", "A:min"), ("B:hdim7", "B:dim"), ("E:aug7", "E:aug"), ("G:13", "G:maj"),
        ("D:7sus4", "D:sus4"), ("C:5", "C:5"), ("N", "N"),
    ],
)  # fmt: skip
def test_the_triad_within_a_chord(label: str, expected: str) -> None:
    assert triad(parse(label)) == parse(expected)


def test_nothing_together_is_refused() -> None:
    for measure in (chord_tone_ratio, pitch_consonance, melody_chord_distance):
        with pytest.raises(InputError, match="no note sounds together with a chord"):
            measure(line(C4), [ChordSpan(8.0, 12.0, Chord(0, "maj", 0))])
    with pytest.raises(InputError, match="nothing to measure"):
        chord_histogram_entropy([])
    with pytest.raises(InputError, match="nothing to measure"):
        chord_tonal_distance([parse("C")])


def test_agreement_is_the_share_of_time_of_equal_roots_and_thirds() -> None:
    reference = spans("C", "N", "Am", "G", quarters=2.0)
    found = [ChordSpan(0.0, 1.0, parse("Cmaj7")), ChordSpan(1.0, 5.0, parse("Am")), ChordSpan(5.0, 8.0, parse("Gm"))]
    # C for one quarter of two, Am for one of two, G for both with another third.
    assert chord_agreement(found, reference) == {"root": pytest.approx(4 / 6), "third": pytest.approx(2 / 6)}
    assert chord_agreement(reference, reference) == {"root": 1.0, "third": 1.0}
    assert chord_agreement(spans("C5"), spans("Csus4")) == {"root": 1.0, "third": 1.0}
    assert chord_agreement(spans("C5"), spans("C")) == {"root": 1.0, "third": 0.0}
    with pytest.raises(InputError, match="nothing to measure"):
        chord_agreement(found, spans("N"))
