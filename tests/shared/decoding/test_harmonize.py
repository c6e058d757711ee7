"""Harmonising: planted models and melodies whose chords everybody knows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from shared.decoding.harmonize import Harmonization, HarmonyWish, harmonize
from shared.decoding.melody_fit import Segments
from shared.decoding.progression import Conditions
from shared.decoding.sampling import SamplingConfig
from shared.errors import InputError
from shared.music.chord_tokens import N_TOKENS, chord_to_id
from shared.music.chords import parse
from shared.music.conditions import GENRE, KEY, MOOD, SCALE_TYPE
from shared.music.keys import parse_key
from shared.music.melody import Melody
from shared.music.score import Note


class Triads:
    """Likes the major and minor triads of every key alike, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Conditions] = []

    def initial_state(self, batch: int) -> int:
        return batch

    def step(self, token_ids: np.ndarray, conditions: Conditions, state: int) -> tuple[np.ndarray, int]:
        self.asked.append(conditions)
        shares = np.full(N_TOKENS, 1e-4)
        for label, root in product(("C", "Cm"), range(12)):
            shares[chord_to_id(parse(label).transpose(root))] = 1
        return np.tile(shares / shares.sum(), (len(token_ids), 1)), state

    def select(self, origins: Sequence[tuple[int, int]]) -> int:
        return len(origins)


def arpeggios(*labels: str, semitones: int = 0, meter: str = "4/4", beats: int = 4) -> Melody:
    """Return a melody that plays the notes of each chord, a quarter each, for a bar."""
    chords = [parse(label).transpose(semitones) for label in labels]
    pitches = [60 + chord.pitch_classes[i % 3] for chord in chords for i in range(beats)]
    return Melody(tuple(Note(pitch, 80, float(i), 1.0) for i, pitch in enumerate(pitches)), meter=meter)


def names(melody: Melody, **wishes: object) -> list[str]:
    (made,) = harmonize(Triads(), melody, HarmonyWish(**wishes))  # type: ignore[arg-type]
    return made.names


CADENCE = ("C", "F", "G", "C")


def test_broken_chords_are_recognised() -> None:
    assert names(arpeggios(*CADENCE)) == list(CADENCE)
    assert names(arpeggios("Am", "Dm", "E", "Am")) == ["Am", "Dm", "E", "Am"]
    assert names(arpeggios(*CADENCE, meter="3/4", beats=3)) == list(CADENCE)


@pytest.mark.parametrize("semitones", range(1, 12))
def test_harmony_moves_with_the_melody(semitones: int) -> None:
    (made,) = harmonize(Triads(), arpeggios(*CADENCE, semitones=semitones), HarmonyWish())
    assert list(made.chords) == [parse(label).transpose(semitones) for label in CADENCE]
    assert made.romans == ["I", "IV", "V", "I"]


def test_a_chord_goes_on_over_bars_and_changes_within() -> None:
    (made,) = harmonize(Triads(), arpeggios("C", "C", "F", "G"), HarmonyWish(quarters_per_chord=2.0))
    assert made.names == ["C", "F", "G"]
    assert made.lengths_quarters == [8.0, 4.0, 4.0]
    assert made.bars == [[0], [0], [1], [2]]
    assert len(made.spans) == 8
    assert sum(made.lengths_quarters) == made.spans[-1].end_quarters == 16.0


def test_several_chords_share_a_bar() -> None:
    (made,) = harmonize(Triads(), arpeggios("C", "F", beats=3, meter="6/4"), HarmonyWish(quarters_per_chord=3.0))
    assert made.bars == [[0, 1]]


def test_segments_may_be_given() -> None:
    uneven = Segments(np.array([0.0, 4.0, 12.0, 16.0]), np.array([True, True, True]))
    (made,) = harmonize(Triads(), arpeggios("C", "F", "F", "C"), HarmonyWish(), segments=uneven)
    assert [(span.onset_quarters, span.end_quarters) for span in made.spans] == [(0, 4), (4, 12), (12, 16)]
    assert made.names == ["C", "F", "C"]


def test_the_model_is_asked_for_what_is_wished() -> None:
    model = Triads()
    harmonize(model, arpeggios(*CADENCE), HarmonyWish(genre="jazz", mood="joy", key="Bb", stay_in_key=True))
    (asked,) = {tuple(int(ids[0]) for ids in vars(conditions).values()) for conditions in model.asked}
    assert asked == (GENRE.id("jazz"), MOOD.id("joy"), parse_key("Bb").id, SCALE_TYPE.id("major"))


@pytest.mark.parametrize(("key", "asked"), [("auto", 0), ("any", KEY.unspecified), ("", KEY.unspecified), ("Am", 21)])
def test_the_key_is_the_melodys_own_unless_given_or_left_open(key: str, asked: int) -> None:
    model = Triads()
    (made,) = harmonize(model, arpeggios(*CADENCE), HarmonyWish(key=key))
    assert int(model.asked[0].key[0]) == asked
    assert int(model.asked[0].scale_type[0]) == SCALE_TYPE.unspecified
    assert made.key == parse_key("Am" if key == "Am" else "C")


def test_staying_in_key_and_cadence_hold() -> None:
    odd = arpeggios("C", "Eb", "F#", "Bb")
    key = parse_key("C")
    for temperature in (0.0, 1.5):
        wish = HarmonyWish(key="C", sampling=SamplingConfig(temperature), stay_in_key=True, cadence=True)
        for made in harmonize(Triads(), odd, wish, num_samples=3):
            assert all(key.chord_is_diatonic(chord) for chord in made.chords)
            assert made.chords[-1].root == 0
            assert made.chords[-2].root in (5, 7, 11)
    (one,) = harmonize(Triads(), arpeggios("G"), HarmonyWish(key="C", cadence=True))
    assert one.chords[0].root == 0


def test_draws_repeat_with_their_seed() -> None:
    wish = HarmonyWish(sampling=SamplingConfig(3.0))

    def drawn(count: int, seed: int) -> list[list[str]]:
        return [made.names for made in harmonize(Triads(), arpeggios(*CADENCE), wish, count, seed)]

    assert drawn(3, 1)[:1] == drawn(1, 1)
    assert drawn(3, 1) != drawn(3, 2)


def test_more_samples_at_temperature_zero_are_the_next_best() -> None:
    made = harmonize(Triads(), arpeggios(*CADENCE), HarmonyWish(), num_samples=4)
    assert made[0].names == list(CADENCE)
    assert len({tuple(one.chords) for one in made}) == 4


def test_what_is_written_as_json() -> None:
    (made,) = harmonize(Triads(), arpeggios("C", "C", "G", "C"), HarmonyWish(genre="pop"))
    assert isinstance(made, Harmonization)
    content = made.to_json()
    assert content["names"] == ["C", "G", "C"]
    assert content["onsets_quarters"] == [0.0, 8.0, 12.0]
    assert content["durations_quarters"] == [8.0, 4.0, 4.0]
    assert content["bars"] == [["C"], ["C"], ["G"], ["C"]]
    assert (content["genre"], content["key"], content["meter"]) == ("pop", "C:major", "4/4")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (HarmonyWish(genre="jaz"), "unknown genre 'jaz'; nearest: jazz"),
        (HarmonyWish(key="H"), "unknown key"),
        (HarmonyWish(quarters_per_chord=1e-6), "too many"),
    ],
)
def test_wishes_that_cannot_be_met_say_so(wish: HarmonyWish, message: str) -> None:
    with pytest.raises(InputError, match=message):
        harmonize(Triads(), arpeggios("C"), wish)


def test_no_sample_is_none() -> None:
    with pytest.raises(InputError, match="at least 1"):
        harmonize(Triads(), arpeggios("C"), HarmonyWish(), num_samples=0)
