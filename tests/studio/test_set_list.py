"""Composing for the demo, with a planted model that knows one bar of music."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.decoding.composer import Progression
from shared.decoding.progression import Conditions
from shared.music.chord_tokens import N_TOKENS, chord_to_id
from shared.music.chords import parse
from shared.music.conditions import GENRE, GENRES, MOOD
from shared.music.keys import parse_key
from studio.config import QUICK_TAKES, DemoConfig
from studio.set_list import (
    CANDIDATES,
    LENGTH,
    SET_LIST,
    Request,
    chosen,
    compose,
    compose_all,
    has_third,
    measured_ms_per_chord,
    song_requests,
    take_requests,
)
from studio.weights import Weights


class PlantedModel:
    """Prefers C F G; counts how many progressions it was asked for at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def initial_state(self, batch: int) -> dict[str, Any]:
        self.batches.append(batch)
        return {}

    def step(
        self, token_ids: NDArray[np.integer], conditions: Conditions, state: dict[str, Any]
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        table = np.full(N_TOKENS, 1e-6, np.float32)
        for name in ("C", "F", "G"):
            table[chord_to_id(parse(name))] = 1.0
        return np.tile(table / table.sum(), (len(token_ids), 1)), state


def _progression(names: str) -> Progression:
    return Progression(tuple(parse(name) for name in names.split()), "pop", "joy", parse_key("C:major"), 0)


def test_every_genre_is_on_the_set_list_once_and_every_name_is_known() -> None:
    assert sorted(request.genre for request in SET_LIST) == sorted(GENRES)
    for request in SET_LIST:
        assert GENRE.value(GENRE.id(request.genre)) == request.genre
        assert MOOD.value(MOOD.id(request.mood)) == request.mood
        assert parse_key(request.key).name == request.key


def test_a_request_is_answered_in_its_length_genre_mood_and_key() -> None:
    model = PlantedModel()
    made = compose(model, Request("jazz", "joy", "C:major"), seed=1)
    assert len(made.chords) == LENGTH
    assert (made.genre, made.mood, made.key.name) == ("jazz", "joy", "C:major")
    assert model.batches == [CANDIDATES]
    assert compose(PlantedModel(), Request("jazz", "joy", "C:major"), seed=1) == made


def test_home_comes_before_movement_and_movement_before_order() -> None:
    restless, home, lively = _progression("G F Am Dm"), _progression("C C C G"), _progression("C F G Am")
    assert chosen([restless, home]) is home
    assert chosen([home, lively, _progression("C G F Em")]) is lively
    # C minor has the tonic's root but is not at home in C major.
    assert chosen([_progression("Cm F G Am"), home]) is home


def test_roots_move_not_only_names_and_chords_have_a_third() -> None:
    colours, moves = _progression("C Cadd9 Cmaj7 C6"), _progression("C F C F")
    assert chosen([colours, moves]) is moves
    bare, full = _progression("C5 F5 G5 Bb5"), _progression("C F G Am")
    assert chosen([bare, full]) is full
    assert [has_third(chord) for chord in _progression("C Cm C5 Csus4 Cdim C7sus4 C9").chords] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip


def test_the_wishes_are_those_of_the_settings() -> None:
    config = DemoConfig(genre="soul", verse_mood="awe", chorus_mood="calmness", key="Eb:major")
    assert song_requests(config) == (Request("soul", "awe", "Eb:major"), Request("soul", "calmness", "Eb:major"))
    assert take_requests(config) == SET_LIST
    assert take_requests(DemoConfig(quick=True)) == SET_LIST[:QUICK_TAKES]


def test_a_composition_has_the_song_and_the_takes() -> None:
    song = (Request("pop", "nostalgia", "C:major"), Request("pop", "joy", "C:major"))
    weights = Weights("trained", "the weights trained just now", Path("run"))
    made = compose_all(PlantedModel(), song, SET_LIST[:2], seed=1, by=weights)
    assert made.by is weights
    assert (made.verse.mood, made.chorus.mood) == ("nostalgia", "joy")
    content = made.to_json()
    assert [take["genre"] for take in content["takes"]] == [request.genre for request in SET_LIST[:2]]
    assert len(content["song"]["verse"]["romans"]) == LENGTH


def test_the_time_of_a_chord_is_measured_one_progression_at_a_time() -> None:
    model = PlantedModel()
    assert measured_ms_per_chord(model, SET_LIST[0], seed=1, runs=3) > 0
    assert model.batches == [1, 1, 1]
