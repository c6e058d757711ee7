"""Prepared pieces as examples: labels move with the pitch, chance comes from seed, epoch and index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_models.chord_recognizer.config import DataConfig
from audio_models.chord_recognizer.data import Crops, load_splits
from shared.errors import InputError
from shared.vocabulary import IGNORED


def test_no_piece_is_in_two_splits(cache: Path) -> None:
    splits = load_splits(DataConfig(cache=cache))
    numbers = [{piece.number for piece in part} for part in (splits.train, splits.validation, splits.test)]
    assert [len(part) for part in numbers] == [8, 3, 1]
    assert not numbers[0] & numbers[1] | numbers[0] & numbers[2] | numbers[1] & numbers[2]


def test_a_folder_without_pieces_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"chord_recognizer\.prepare"):
        load_splits(DataConfig(cache=tmp_path))


def test_roots_and_basses_move_with_the_spectrum(cache: Path) -> None:
    config = DataConfig(cache=cache, crop_frames=16, tilt_db=0.0, detune=0.0, masks=0)
    crops = Crops(load_splits(config).train, config, seed=0, training=True)
    moved = set()
    for index in range(len(crops)):
        features, targets = crops[index]
        loudest = features.numpy().reshape(16, 7, 36)[:, :, ::3].sum(axis=1)
        for frame, root in enumerate(targets["root"].tolist()):
            triad = {root, (root + 4) % 12, (root + 7) % 12}
            assert set(np.argsort(loudest[frame])[-3:].tolist()) == triad
        moved.add(tuple(targets["root"].tolist()))
    assert len(moved) > 4


def test_the_same_seed_epoch_and_index_give_the_same_example(cache: Path) -> None:
    config = DataConfig(cache=cache, crop_frames=16)
    first, again = (Crops(load_splits(config).train, config, seed=3, training=True) for _ in range(2))
    np.testing.assert_array_equal(first[5][0], again[5][0])
    again.set_epoch(1)
    assert not np.array_equal(first[5][0], again[5][0])


def test_validation_stands_still_and_short_pieces_are_padded(cache: Path) -> None:
    config = DataConfig(cache=cache, crop_frames=64)
    crops = Crops(load_splits(config).validation, config, seed=0, training=False)
    features, targets = crops[0]
    assert features.shape == (64, 252)
    assert not features[40:].any()
    assert targets["chord_type"][40:].unique().tolist() == [IGNORED]
    crops.set_epoch(7)
    np.testing.assert_array_equal(crops[0][0], features)
