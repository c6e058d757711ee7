"""The rules of composing, held against every key and a model that knows no harmony at all."""

from itertools import pairwise

import numpy as np
import pytest

from shared.decoding.constraints import CADENCES, Constraints, in_key_mask
from shared.decoding.progression import Conditions, generate
from shared.errors import InputError
from shared.music.chord_tokens import (
    END_ID,
    N_SPECIAL,
    N_TOKENS,
    PAD_ID,
    START_ID,
    chord_to_id,
    id_to_chord,
    transpose_ids,
)
from shared.music.chords import parse
from shared.music.conditions import KEYS
from shared.music.keys import parse_key

ALL_KEYS = [parse_key(name) for name in KEYS]


class Even:
    """Gives every token the same probability, PAD, START and END too."""

    def initial_state(self, batch):
        return None

    def step(self, token_ids, conditions, state):
        return np.full((len(token_ids), N_TOKENS), 1 / N_TOKENS), None


def compose(constraints, batch, **options):
    conditions = Conditions.repeated(batch, genre=8, mood=27, key=24, scale_type=2)
    return generate(Even(), conditions, constraints=constraints, **options)


def tokens(*labels):
    return [chord_to_id(parse(label)) for label in labels]


@pytest.mark.parametrize(
    ("key", "inside", "outside"),
    [
        ("C:major", "C:maj D:min7 E:min F:maj7 G:7 A:min B:hdim7", "D:maj C:min Bb:maj C:7"),
        ("A:minor", "A:min B:hdim7 C:maj D:min E:min E:7 E:maj F:maj7 G#:dim7", "A:maj Bb:maj Eb:maj"),
    ],
)
def test_the_diatonic_chords_of_a_key_are_in_its_mask(key, inside, outside):
    mask = in_key_mask(parse_key(key))
    assert mask[tokens(*inside.split())].all()
    assert not mask[tokens(*outside.split())].any()
    assert mask[END_ID]
    assert not mask[[PAD_ID, START_ID]].any()


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_the_masks_of_twelve_keys_are_transpositions_of_one(mode):
    in_c = np.flatnonzero(in_key_mask(parse_key(f"C:{mode}")))
    for key in (k for k in ALL_KEYS if k.mode == mode):
        assert sorted(transpose_ids(in_c, key.tonic)) == np.flatnonzero(in_key_mask(key)).tolist()


def test_progressions_stay_in_their_key_row_by_row():
    rows = compose(Constraints(key=ALL_KEYS, stay_in_key=True), len(ALL_KEYS), length=40)
    for key, row in zip(ALL_KEYS, rows, strict=True):
        assert all(key.chord_is_diatonic(id_to_chord(token)) for token in row)
        assert len(set(row)) > 5


def test_no_chord_follows_itself():
    rule = Constraints(key=parse_key("G:major"), stay_in_key=True, no_repeat=True)
    for row in compose(rule, 20, seeds=tokens("G:maj"), length=30):
        assert all(x != y for x, y in pairwise(row))


def degree(token, key):
    chord = id_to_chord(token)
    return (chord.root - key.tonic) % 12, chord.quality


def is_tonic(token, key):
    root, quality = degree(token, key)
    return root == 0 and (quality.startswith("min") == (key.mode == "minor") or quality == "5")


@pytest.mark.parametrize("cadence", CADENCES)
@pytest.mark.parametrize("stay_in_key", [False, True])
def test_every_progression_of_every_key_ends_on_the_cadence(cadence, stay_in_key):
    rule = Constraints(key=ALL_KEYS, stay_in_key=stay_in_key, cadence=cadence, no_repeat=True)
    roots = {"any": {5, 7, 11}, "authentic": {7}, "plagal": {5}, "ii-V-I": {7}}[cadence]
    for seed in range(3):
        for key, row in zip(ALL_KEYS, compose(rule, len(ALL_KEYS), length=8, seed=seed), strict=True):
            assert len(row) == 8
            assert is_tonic(row[-1], key)
            assert degree(row[-2], key)[0] in roots
            if cadence == "ii-V-I":
                assert degree(row[-3], key)[0] == 2


def test_without_a_length_the_end_waits_for_the_cadence():
    key = parse_key("D:minor")
    # Seeds that end on no cadence; an even model would end at once, one draw in 277.
    rows = compose(Constraints(key=key, stay_in_key=True, cadence=True), 60, max_length=12, min_length=2)
    assert all(is_tonic(row[-1], key) for row in rows)
    assert all(degree(row[-2], key)[0] in {5, 7, 11} for row in rows)


def test_end_is_open_right_after_a_cadence_and_shut_elsewhere():
    class WantsToEnd(Even):
        def step(self, token_ids, conditions, state):
            table, _ = super().step(token_ids, conditions, state)
            table[:, END_ID] = 1e6
            return table, None

    conditions = Conditions.repeated(1, genre=8, mood=27, key=24, scale_type=2)
    rule = Constraints(key=parse_key("C:major"), cadence="authentic")
    reached, open_ = tokens("F:maj", "G:7", "C:maj"), tokens("F:maj", "C:maj", "G:7")
    assert generate(WantsToEnd(), conditions, seeds=reached, constraints=rule) == [reached]
    (longer,) = generate(WantsToEnd(), conditions, seeds=open_, constraints=rule, max_length=9)
    assert len(longer) > len(open_)


def test_no_rule_asks_for_nothing():
    rows = compose(Constraints(), 3, length=50)
    assert max(max(row) for row in rows) < N_TOKENS
    assert min(min(row) for row in rows) >= N_SPECIAL


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stay_in_key": True}, "need a key"),
        ({"cadence": True}, "need a key"),
        ({"key": ALL_KEYS[0], "cadence": "autentic"}, "unknown cadence 'autentic'; nearest: authentic"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        Constraints(**options)


def test_contradicting_rules_are_refused_in_one_sentence():
    class Nothing:
        def allowed(self, progress):
            return np.zeros((1, progress.vocabulary_size), dtype=bool)

    with pytest.raises(InputError, match="no token is allowed in row 0; loosen the constraints"):
        compose(Nothing(), 1, length=2)
