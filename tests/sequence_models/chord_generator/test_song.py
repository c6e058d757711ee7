"""The song network sees every key alike, never the future, and its step model answers as it does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from sequence_models.checkpoints import load_model, save_model, transfer_weights
from sequence_models.chord_generator.config import ModelConfig
from sequence_models.chord_generator.copying import likeness, match_lengths
from sequence_models.chord_generator.loss import NextChordLoss
from sequence_models.chord_generator.model import build_export_model, build_model, make_step_model, state_shapes
from sequence_models.chord_generator.places import N_PLACES, UNKNOWN, place_id
from sequence_models.chord_generator.song_step import INTEGER_STATES
from shared.metrics import song_cache
from shared.music.chord_tokens import END_ID, N_QUALITIES, N_SPECIAL, START_ID, transpose_ids
from shared.music.conditions import CONDITIONS, KEY

MOST_WEIGHTS = 1_200_000
SMALL = ModelConfig(num_layers=2, lstm_units=24, embedding_dim=16, conditioning_units=8, memory=64)
Feeds = list[NDArray[np.int32]]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """A small network whose every weight says something."""
    keras.utils.set_random_seed(0)
    made = build_model(SMALL)
    rng = np.random.default_rng(0)
    made.set_weights([w + rng.normal(0, 0.2, w.shape).astype(np.float32) for w in made.get_weights()])
    return made


def _feeds(batch: int, length: int, seed: int = 0) -> Feeds:
    rng = np.random.default_rng(seed)
    tokens = rng.choice(rng.integers(N_SPECIAL, 279, 7), (batch, length)).astype(np.int32)
    tokens[:, 0] = START_ID
    asked = (rng.integers(0, len(c.values) + 1, (batch, 1), dtype=np.int32) for c in CONDITIONS)
    # Few places, one of them not known, so that they come again.
    places = rng.choice([UNKNOWN, *rng.integers(1, N_PLACES, 6)], (batch, length)).astype(np.int32)
    return [tokens, *asked, places]


def _answer(model: keras.Model, feeds: Feeds) -> NDArray[np.float32]:
    return np.asarray(model(feeds, training=False))


def test_it_is_small_enough() -> None:
    assert build_model(ModelConfig()).count_params() <= MOST_WEIGHTS


def test_probabilities_sum_to_one_and_never_repeat_the_chord(model: keras.Model) -> None:
    feeds = _feeds(4, 30)
    answer = _answer(model, feeds)
    np.testing.assert_allclose(answer.sum(axis=-1), 1, rtol=1e-5)
    assert answer.min() >= 0
    assert np.take_along_axis(answer, feeds[0][..., None], -1).max() < 1e-6
    assert answer[..., :END_ID].max() < 1e-6


def _with_key(feeds: Feeds, key: Callable[[NDArray[np.int32]], NDArray[np.int32]]) -> Feeds:
    return [*feeds[:3], key(feeds[3]).astype(np.int32), *feeds[4:]]


@pytest.mark.parametrize("shift", range(1, 12))
@pytest.mark.parametrize("known", [True, False], ids=["key given", "no key"])
def test_what_it_knows_of_one_key_it_knows_of_all(model: keras.Model, shift: int, known: bool) -> None:
    feeds = _feeds(3, 20)
    if not known:
        feeds = _with_key(feeds, lambda key: np.full_like(key, KEY.unspecified))
    moved = _with_key(feeds, lambda key: np.where(key == KEY.unspecified, key, 12 * (key // 12) + (key + shift) % 12))
    moved[0] = transpose_ids(feeds[0], shift)
    back = _answer(model, moved)
    back = np.concatenate([back[..., :3], np.roll(back[..., 3:], -N_QUALITIES * shift, axis=-1)], axis=-1)
    np.testing.assert_allclose(back, _answer(model, feeds), atol=1e-6)


def test_without_key_and_chord_all_roots_are_alike(model: keras.Model) -> None:
    feeds = _with_key(_feeds(2, 1), lambda key: np.full_like(key, KEY.unspecified))
    chords = _answer(model, feeds)[:, 0, N_SPECIAL:].reshape(2, 12, N_QUALITIES)
    np.testing.assert_allclose(chords, np.repeat(chords[:, :1], 12, axis=1), atol=1e-7)


def test_it_never_sees_the_future_nor_padding(model: keras.Model) -> None:
    feeds = _feeds(3, 40)
    whole = _answer(model, feeds)
    for filling in (0, 55):
        changed = [array.copy() for array in feeds]
        changed[0][:, 25:] = filling
        changed[-1][:, 25:] = filling
        np.testing.assert_allclose(_answer(model, changed)[:, :25], whole[:, :25], atol=1e-6)


def test_it_hears_what_came_long_before(model: keras.Model) -> None:
    feeds = _feeds(1, 60)
    changed = [array.copy() for array in feeds]
    changed[0][:, 5] = 200
    assert np.abs(_answer(model, changed)[:, -1] - _answer(model, feeds)[:, -1]).max() > 1e-6


def test_every_condition_reaches_the_answer(model: keras.Model) -> None:
    feeds = _feeds(1, 12)
    before = _answer(model, feeds)
    for index in range(1, 6):
        changed = [array.copy() for array in feeds]
        changed[index][:] = (changed[index] + 1) % 2
        assert np.abs(_answer(model, changed) - before).max() > 0, index


def test_twins_answer_as_the_trained_network(model: keras.Model) -> None:
    feeds = _feeds(3, 50)
    expected = _answer(model, feeds)
    np.testing.assert_allclose(_answer(transfer_weights(model, build_export_model(SMALL)), feeds), expected, atol=1e-6)
    step = make_step_model(model, SMALL)
    states = [
        np.zeros((3, *shape), np.int32 if name in INTEGER_STATES else np.float32)
        for name, shape in state_shapes(SMALL).items()
    ]
    for position in range(50):
        tokens, *asked, places = feeds
        given = [tokens[:, [position]], *asked, places[:, [position]], *states]
        answer, *states = (np.asarray(value) for value in step(given))
        np.testing.assert_allclose(answer, expected[:, position], atol=1e-6)


def test_match_lengths_are_those_of_the_song_cache() -> None:
    song = np.array([5, 9, 7, 5, 9, 7, 5, 9, 8, 5, 9, 7])
    found = np.asarray(match_lengths(song[None].astype(np.int32)))[0]
    cache = song_cache.match_lengths(np.append(song, 3))
    for now in range(len(song)):
        np.testing.assert_array_equal(found[now, :now], cache[now + 1, 1 : now + 1])


def test_places_are_alike_by_section_and_bar_or_by_the_bar_of_a_phrase() -> None:
    verse, chorus = place_id(1, 9, 1), place_id(2, 9, 1)
    nameless, phrase_later, other_order = place_id(0, 9, 1), place_id(0, 17, 1), place_id(0, 9, 0)
    row = np.array([[verse, chorus, nameless, phrase_later, other_order, UNKNOWN]], np.int32)
    assert np.asarray(likeness(row, row))[0].tolist() == [
        [2, 1, 1, 1, 0, 0],
        [1, 2, 1, 1, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 0],
    ]


def test_a_song_that_repeats_is_learnt_by_copying() -> None:
    """New songs, each a loop of chords drawn at random: only by looking back can the next be known."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    network = build_model(ModelConfig(num_layers=1, lstm_units=16, embedding_dim=16, conditioning_units=4, dropout=0.0))
    network.compile(keras.optimizers.Adam(0.02), NextChordLoss())

    def songs(count: int) -> tuple[Feeds, NDArray[np.int32]]:
        loops = np.stack([rng.permutation(np.arange(N_SPECIAL, 279))[:5] for _ in range(count)])
        tokens = np.concatenate([np.full((count, 1), START_ID), np.tile(loops, (1, 5))], axis=1).astype(np.int32)
        asked = [np.full((count, 1), len(c.values), np.int32) for c in CONDITIONS]
        return [tokens[:, :-1], *asked, np.zeros_like(tokens[:, 1:])], tokens[:, 1:]

    for _ in range(40):
        feeds, targets = songs(32)
        network.train_on_batch(feeds, targets, sample_weight=np.ones(targets.shape))
    feeds, targets = songs(64)
    right = _answer(network, feeds).argmax(-1) == targets
    assert right[:, 10:].mean() > 0.95


def test_saved_network_answers_alike(model: keras.Model, tmp_path: Path) -> None:
    save_model(model, tmp_path / "model.keras")
    feeds = _feeds(2, 9)
    np.testing.assert_array_equal(_answer(load_model(tmp_path / "model.keras"), feeds), _answer(model, feeds))
