"""A chord fits a melody by the notes that it has of it, weighted by length and metre."""

from __future__ import annotations

import numpy as np
import pytest

from shared.decoding.melody_fit import Segments, equal_segments, melody_fit, segment_weights
from shared.errors import InputError
from shared.music.chord_tokens import N_SPECIAL, chord_to_id
from shared.music.chords import parse
from shared.music.keys import parse_key
from shared.music.melody import Melody
from shared.music.score import Note

C_MAJOR = parse_key("C:major")


def token(label: str) -> int:
    return chord_to_id(parse(label))


def fit_of(*pitches: int) -> np.ndarray:
    weights = np.zeros((1, 12))
    for pitch in pitches:
        weights[0, pitch % 12] += 1.0
    return melody_fit(weights, C_MAJOR)[0]


def melody(*notes: tuple[float, float], meter: str = "4/4") -> Melody:
    return Melody(tuple(Note(60 + i, 80, onset, length) for i, (onset, length) in enumerate(notes)), meter=meter)


def test_the_mass_of_every_chord_is_one() -> None:
    likelihoods = np.stack([np.exp(fit_of(pitch)[N_SPECIAL:]) for pitch in range(12)])
    assert likelihoods.sum(axis=0) == pytest.approx(np.ones(276))


def test_the_triad_that_holds_all_notes_fits_best_and_bigger_chords_less() -> None:
    fit = fit_of(60, 64, 67)
    assert fit[N_SPECIAL:].argmax() + N_SPECIAL == token("C")
    assert fit[token("C")] > fit[token("Am7")] > fit[token("G7")] > fit[token("F#")]
    assert fit[token("C")] > fit[token("C13")]


def test_notes_of_the_key_pass_more_easily_than_foreign_ones() -> None:
    assert fit_of(62)[token("C")] > fit_of(61)[token("C")]


def test_silence_fits_every_chord_alike() -> None:
    assert not fit_of().any()


def test_a_bar_each_up_to_the_end_of_the_last_bar() -> None:
    segments = equal_segments(melody((0.0, 1.0), (9.0, 1.0)))
    assert segments.bounds_quarters.tolist() == [0.0, 4.0, 8.0, 12.0]
    assert segments.on_bar.all()
    assert equal_segments(melody((0.0, 3.0), meter="3/4")).bounds_quarters.tolist() == [0.0, 3.0]


def test_segments_within_the_bar_know_the_bar_lines() -> None:
    segments = equal_segments(melody((0.0, 8.0)), 2.0)
    assert segments.on_bar.tolist() == [True, False, True, False]
    uneven = equal_segments(melody((0.0, 6.0), meter="3/4"), 2.0)
    assert uneven.on_bar.tolist() == [True, False, False]
    assert equal_segments(melody((0.0, 4.0)), 3.0).bounds_quarters.tolist() == [0.0, 3.0, 4.0]


def test_a_length_of_no_sense_is_refused() -> None:
    for length in (-1.0, 1e-9):
        with pytest.raises(InputError, match="too many for a melody of 1 bars"):
            equal_segments(melody((0.0, 1.0)), length)


def test_notes_weigh_by_their_length_in_the_segment_and_by_where_they_are_struck() -> None:
    halves = Segments(np.array([0.0, 2.0, 4.0]), np.array([True, False]))
    on_the_bar, on_a_beat, off = (
        segment_weights((Note(60, 80, onset, 0.5),), halves)[0, 0] for onset in (0.0, 1.0, 0.5)
    )
    assert on_the_bar > on_a_beat > off == 0.5
    tied = segment_weights((Note(60, 80, 1.5, 2.0),), halves)
    assert tied[0, 0] == 0.5
    assert tied[1, 0] >= 1.5
    early = segment_weights((Note(60, 80, 1.9, 0.6),), halves)
    assert early[1, 0] == pytest.approx(0.5 * on_the_bar / 0.5)


def test_what_lies_outside_the_segments_weighs_nothing() -> None:
    segments = Segments(np.array([4.0, 8.0]), np.array([True]))
    assert not segment_weights((Note(60, 80, 0.0, 4.0), Note(62, 80, 8.0, 1.0)), segments).any()


@pytest.mark.parametrize(("bounds", "flags"), [([0.0, 4.0], []), ([0.0, 4.0, 4.0], [True, True]), ([0.0], [])])
def test_bounds_that_divide_nothing_are_refused(bounds: list[float], flags: list[bool]) -> None:
    with pytest.raises(InputError, match="segments"):
        Segments(np.array(bounds), np.array(flags, dtype=bool))
