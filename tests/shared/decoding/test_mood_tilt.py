"""Tilting by hand, on a model that finds all chords equally likely, and both wrappers together."""

import math

import numpy as np
import pytest

from shared.decoding.guidance import Guided
from shared.decoding.mood_tilt import MoodTilt, tilts
from shared.decoding.obedience import obedient
from shared.decoding.progression import Conditions, generate
from shared.decoding.scale_tilt import ScaleTilt
from shared.errors import InputError
from shared.metrics.mood_directions import asked_for, rank_correlation
from shared.music.chord_tokens import END_ID, N_SPECIAL, N_TOKENS, chord_to_id, id_to_chord
from shared.music.chords import parse
from shared.music.conditions import KEY, MOOD, MOODS, SCALE_TYPE
from shared.music.moods import MOOD_TABLE, dissonance, minor_share
from tests.shared.decoding.even_model import Even


def asked(*moods):
    n = len(moods)
    mood = np.array([MOOD.id(name) for name in moods])
    return Conditions(np.zeros(n, int), mood, np.full(n, KEY.unspecified), np.full(n, SCALE_TYPE.unspecified))


def test_tilt_by_hand():
    row, state = MoodTilt(Even()).step(np.array([1]), asked("horror"), 0)
    assert state == 1
    of = {label: row[0, chord_to_id(parse(label))] for label in ("C:maj", "C:min", "C:dim7")}
    mood = MOOD_TABLE["horror"]
    minor, tension = 1.5 * (mood.prefers_minor - 0.5), 4.0 * (mood.dissonance - 0.45)
    assert of["C:min"] / of["C:maj"] == pytest.approx(math.exp(minor))
    assert of["C:dim7"] / of["C:maj"] == pytest.approx(math.exp(minor + 0.9 * tension))
    assert row.sum() == pytest.approx(1)
    assert row[0, END_ID] == pytest.approx(0.1)


def test_nothing_is_tilted_without_a_mood_or_without_strength():
    plain, _ = Even().step(np.array([1, 1]), asked(None, "joy"), 0)
    tilted, _ = MoodTilt(Even()).step(np.array([1, 1]), asked(None, "joy"), 0)
    assert tilted[0] == pytest.approx(plain[0])
    assert tilted[1] != pytest.approx(plain[1])
    assert MoodTilt(Even(), 0.0).step(np.array([1, 1]), asked(None, "joy"), 0)[0] == pytest.approx(plain)


def test_a_row_without_chords_stays_empty():
    class Ended(Even):
        def step(self, token_ids, conditions, state):
            return np.eye(N_TOKENS)[[END_ID]], state

    row, _ = MoodTilt(Ended()).step(np.array([1]), asked("joy"), 0)
    assert row[0, END_ID] == 1.0
    assert row.sum() == 1.0


def test_every_mood_goes_where_it_points():
    rows, _ = MoodTilt(Even()).step(np.ones(27, int), asked(*MOODS), 0)
    chords = [id_to_chord(token) for token in range(N_SPECIAL, N_TOKENS)]
    shares = rows[:, N_SPECIAL:] / rows[:, N_SPECIAL:].sum(axis=1, keepdims=True)
    for direction, figure in (("minor", minor_share), ("dissonance", dissonance)):
        means = shares @ np.array([figure([chord]) for chord in chords])
        assert rank_correlation([asked_for(direction, mood) for mood in MOODS], means.tolist()) > 0.9


def test_the_gloomiest_mood_changes_much_and_none_changes_all():
    change = np.exp(np.ptp(tilts(), axis=1))
    assert tilts().shape == (28, N_TOKENS - N_SPECIAL)
    assert change[MOOD.unspecified] == 1.0
    assert 5 < change.max() == change[MOOD.id("horror")] < 20


def test_generated_chords_are_tilted():
    made = generate(MoodTilt(Even()), asked("horror", "joy"), length=300, seed=0)
    horror, joy = ([id_to_chord(token) for token in row] for row in made)
    assert minor_share(horror) > minor_share(joy) + 0.1
    assert dissonance(horror) > dissonance(joy) + 0.1


def test_an_obedient_model_is_tilted_and_guided():
    model = obedient(Even(), 0.5)
    assert isinstance(model, MoodTilt)
    assert isinstance(model.model, ScaleTilt)
    assert isinstance(model.model.model, Guided)
    assert model.model.model.weights == {"genre": 0.5, "mood": 0.5}
    made = generate(obedient(Even()), asked("horror"), length=5, seed=1)
    assert made == generate(MoodTilt(Even()), asked("horror"), length=5, seed=1)


@pytest.mark.parametrize("strength", [-1.0, math.nan])
def test_wrong_strengths_are_refused(strength):
    with pytest.raises(InputError, match="0 or above"):
        MoodTilt(Even(), strength)
