"""A wish in words reaches the model as conditions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shared.decoding.composer import Wish, compose_progressions
from shared.decoding.progression import Conditions
from shared.errors import InputError
from shared.metrics.progressions import key_adherence
from shared.music.chord_tokens import END_ID, N_SPECIAL, N_TOKENS
from shared.music.conditions import GENRE, KEY, SCALE_TYPE


class _Listener:
    """A model that keeps what it was asked; a genre makes one chord likelier."""

    def __init__(self) -> None:
        self.asked: list[Conditions] = []

    def initial_state(self, batch: int) -> None:
        return None

    def step(self, token_ids: np.ndarray, conditions: Conditions, state: Any) -> tuple[np.ndarray, None]:
        self.asked.append(conditions)
        table = np.full((len(token_ids), N_TOKENS), 1.0)
        table[:, :END_ID] = 0
        table[conditions.genre == GENRE.id("jazz"), N_SPECIAL + 40] = 30.0
        return table / table.sum(axis=1, keepdims=True), None


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        (Wish(key="A:minor"), KEY.id("A:minor")),
        (Wish(key="A:minor", chromatic=True), KEY.id("A:minor")),
        (Wish(key="any"), KEY.unspecified),
    ],
)
def test_the_network_hears_the_key_and_no_scale(wish: Wish, key: int) -> None:
    model = _Listener()
    compose_progressions(model, wish)
    assert {int(asked.key[0]) for asked in model.asked} == {key}
    assert {int(asked.scale_type[0]) for asked in model.asked} == {SCALE_TYPE.unspecified}


def test_a_key_keeps_most_chords_in_its_scale_and_chromatic_lets_them_leave() -> None:
    wishes = [Wish(key="A:minor", length=32, chromatic=chromatic) for chromatic in (False, True)]
    made = [compose_progressions(_Listener(), wish, num_samples=8) for wish in wishes]
    kept, free = (key_adherence([one.chords for one in some], [one.key for one in some]) for some in made)
    assert kept > free + 0.2


def test_guidance_makes_what_the_genre_likes_likelier() -> None:
    def share(guidance: float) -> float:
        wish = Wish(genre="jazz", key="any", length=9, guidance=guidance)
        made = compose_progressions(_Listener(), wish, 60)
        counts = [label for one in made for label in one.harte]
        return max(map(counts.count, set(counts))) / len(counts)

    assert share(2.0) > share(0.0) + 0.1


def test_contradictions_and_impossible_wishes_are_one_sentence() -> None:
    with pytest.raises(InputError, match="contradict"):
        compose_progressions(_Listener(), Wish(key="C:major", stay_in_key=True, chromatic=True))
    with pytest.raises(InputError, match="guidance is 0 or above"):
        compose_progressions(_Listener(), Wish(guidance=-1.0))
