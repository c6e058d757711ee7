"""Voice leading: common tones stay, the rest moves little, guide tones are there, voices do not cross."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InputError
from shared.music.chords import QUALITIES, Chord
from shared.music.voicing import choose_tones, guide_tones, lead_voices

REGISTER = (55, 79)


def _chords(*pairs: tuple[int, str]) -> list[Chord]:
    return [Chord(root, quality, root) for root, quality in pairs]


POP = _chords((0, "maj"), (9, "min"), (5, "maj"), (7, "maj"), (4, "min"), (9, "min"), (2, "min"), (7, "7"), (0, "maj"))
JAZZ = _chords((2, "min7"), (7, "7"), (0, "maj7"), (5, "maj7"), (11, "hdim7"), (4, "7(b9)"), (9, "min7"), (2, "9"))
any_progression = st.lists(
    st.builds(lambda root, quality: Chord(root, quality, root), st.integers(0, 11), st.sampled_from(QUALITIES)),
    min_size=2, max_size=10,
)  # fmt: skip


def _moves(voicings: list[tuple[int, ...]]) -> list[list[int]]:
    return [[abs(b - a) for a, b in zip(before, after, strict=True)] for before, after in itertools.pairwise(voicings)]


@pytest.mark.parametrize("chords", [POP, JAZZ], ids=["triads", "sevenths"])
def test_common_tones_are_kept(chords: list[Chord]) -> None:
    for before, after in itertools.pairwise(lead_voices(chords, REGISTER)):
        common = {pitch % 12 for pitch in before} & {pitch % 12 for pitch in after}
        held = {pitch % 12 for pitch in set(before) & set(after)}
        assert held == common


@pytest.mark.parametrize("chords", [POP, JAZZ], ids=["triads", "sevenths"])
def test_no_voice_moves_more_than_a_fourth_and_most_move_by_step(chords: list[Chord]) -> None:
    moves = _moves(lead_voices(chords, REGISTER))
    assert max(map(max, moves)) <= 5
    assert np.mean(moves) < 2


def test_the_textbook_cadence_moves_by_step() -> None:
    (moves,) = _moves(lead_voices(_chords((7, "7"), (0, "maj")), REGISTER))
    assert max(moves) <= 2
    seventh_resolves = any(
        (a % 12, b % 12, b - a) == (5, 4, -1)
        for a, b in zip(*lead_voices(_chords((7, "7"), (0, "maj")), REGISTER), strict=True)
    )
    assert seventh_resolves


@given(any_progression)
def test_any_progression_moves_little_within_its_register(chords: list[Chord]) -> None:
    voicings = lead_voices(chords, REGISTER)
    for chord, voicing in zip(chords, voicings, strict=True):
        assert len(voicing) == 4
        assert list(voicing) == sorted(voicing)
        assert REGISTER[0] <= voicing[0] <= voicing[-1] <= REGISTER[1]
        assert {pitch % 12 for pitch in voicing} <= set(chord.pitch_classes)
    assert max(map(max, _moves(voicings))) <= 12


@given(any_progression)
def test_no_voice_passes_where_its_neighbour_was_unless_there_is_no_other_way(chords: list[Chord]) -> None:
    voicings = lead_voices(chords, REGISTER)
    passed = sum(
        lower_new > upper_old
        for before, after in itertools.pairwise(voicings)
        for lower_new, upper_old in zip(after, before[1:], strict=False)
    )
    assert passed <= len(chords) // 2


@given(st.integers(0, 11), st.sampled_from([q for q in QUALITIES if q not in ("maj", "min", "5", "1")]))
def test_guide_tones_are_in_every_chord_that_has_them(root: int, quality: str) -> None:
    chord = Chord(root, quality, root)
    intervals = sorted((pitch_class - root) % 12 for pitch_class in chord.pitch_classes)
    (voicing,) = lead_voices([chord], REGISTER)
    assert {(root + tone) % 12 for tone in guide_tones(intervals)} <= {pitch % 12 for pitch in voicing}


def test_the_root_is_left_to_the_bass_before_a_guide_tone_or_a_colour_is() -> None:
    ninths = [set(tones) for tones, _ in choose_tones((0, 2, 4, 7, 10), 4)]
    assert ninths == [{0, 2, 4, 10}, {2, 4, 7, 10}]
    assert [set(tones) for tones, _ in choose_tones((0, 2, 4, 7, 9, 10), 4)] == [{2, 4, 9, 10}]
    assert [set(tones) for tones, _ in choose_tones((0, 4, 7, 10), 2)] == [{4, 10}]


def test_a_major_third_is_never_doubled() -> None:
    doubled = {tones for tones, _ in choose_tones((0, 4, 7), 4)}
    assert all(tones.count(4) == 1 for tones in doubled)
    assert any(tones.count(3) == 2 for tones, _ in choose_tones((0, 3, 7), 4))


def test_a_slash_bass_does_not_enter_the_voices() -> None:
    (voicing,) = lead_voices([Chord(0, "maj", 2)], REGISTER)
    assert 2 not in {pitch % 12 for pitch in voicing}


def test_over_a_rest_the_voices_stay_where_they_were() -> None:
    c, g = Chord(0, "maj", 0), Chord(7, "maj", 7)
    with_rest = lead_voices([c, Chord.no_chord(), g], REGISTER)
    assert with_rest[1] == ()
    assert [with_rest[0], with_rest[2]] == lead_voices([c, g], REGISTER)


def test_a_repeated_chord_keeps_its_voicing() -> None:
    first, second = lead_voices(_chords((2, "min7"), (2, "min7")), REGISTER)
    assert first == second


@pytest.mark.parametrize("n_voices", [2, 3, 4, 5])
def test_every_quality_has_a_voicing_for_every_number_of_voices(n_voices: int) -> None:
    for quality in QUALITIES:
        (voicing,) = lead_voices([Chord(3, quality, 3)], REGISTER, n_voices)
        assert len(voicing) == n_voices


@pytest.mark.parametrize(("register", "n_voices"), [((60, 70), 4), ((55, 79), 1), ((55, 79), 6), ((120, 140), 4)])
def test_an_impossible_choir_is_refused(register: tuple[int, int], n_voices: int) -> None:
    with pytest.raises(InputError, match="cannot lead"):
        lead_voices(POP, register, n_voices)


def test_nothing_to_voice_is_no_error() -> None:
    assert lead_voices([]) == []
    assert lead_voices([Chord.no_chord()]) == [()]
