"""Tilting into a scale by hand, and that the network goes on as if none had been asked for."""

import math

import numpy as np
import pytest

from shared.decoding.progression import Conditions, generate
from shared.decoding.scale_tilt import ScaleTilt
from shared.errors import InputError
from shared.metrics.progressions import key_adherence
from shared.music.chord_tokens import END_ID, chord_to_id, id_to_chord
from shared.music.chords import parse
from shared.music.conditions import GENRE, KEY, MOOD, SCALE_TYPE
from shared.music.keys import parse_key
from tests.shared.decoding.even_model import Even


def asked(*wishes):
    n = len(wishes)
    keys, scales = [KEY.id(key) for key, _ in wishes], [SCALE_TYPE.id(scale) for _, scale in wishes]
    return Conditions(
        np.full(n, GENRE.id("jazz")), np.full(n, MOOD.unspecified), np.array(keys, np.int32), np.array(scales, np.int32)
    )


def test_tilt_by_hand():
    rows, state = ScaleTilt(Even(), 2.0).step(np.array([1, 1]), asked(("C:major", "major"), ("C:major", "minor")), 0)
    assert state == 1
    of = [{label: row[chord_to_id(parse(label))] for label in ("E:min7", "Eb:maj", "F#:maj")} for row in rows]
    assert of[0]["E:min7"] / of[0]["Eb:maj"] == pytest.approx(math.exp(2))
    assert of[1]["Eb:maj"] / of[1]["E:min7"] == pytest.approx(math.exp(2))
    assert of[0]["F#:maj"] == pytest.approx(of[0]["Eb:maj"])
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert rows[:, END_ID] == pytest.approx([0.1, 0.1])


def test_what_is_tilted_is_left_open_to_the_network_and_all_else_goes_on():
    even = Even()
    wishes = asked(("D:major", "major"), (None, "minor"), ("D:major", None))
    rows, _ = ScaleTilt(even).step(np.array([1, 1, 1]), wishes, 0)
    assert even.asked[0].scale_type.tolist() == [SCALE_TYPE.unspecified, SCALE_TYPE.id("minor"), SCALE_TYPE.unspecified]
    assert even.asked[0].scale_type.dtype == np.int32
    assert even.asked[0].key is wishes.key
    plain, _ = even.step(np.array([1]), wishes, 0)
    assert rows[1:] == pytest.approx(np.repeat(plain, 2, axis=0))


def test_the_same_wish_is_passed_on_as_the_same_object():
    even = Even()
    model, wishes = ScaleTilt(even), asked(("D:major", "major"))
    for wish in (wishes, wishes, asked(("E:minor", "minor"))):
        rows, _ = model.step(np.array([1]), wish, 0)
    assert even.asked[0] is even.asked[1] is not even.asked[2]
    assert rows[0, chord_to_id(parse("E:min"))] > rows[0, chord_to_id(parse("F:min"))]


def test_generated_chords_keep_to_the_scale():
    key = parse_key("Eb:minor")
    tokens = generate(ScaleTilt(Even(), 6.0), asked(("Eb:minor", "minor")), length=200, seed=0)[0]
    assert key_adherence([[id_to_chord(token) for token in tokens]], [key]) > 0.95


@pytest.mark.parametrize("strength", [-1.0, math.nan])
def test_wrong_strengths_are_refused(strength):
    with pytest.raises(InputError, match="0 or above"):
        ScaleTilt(Even(), strength)
