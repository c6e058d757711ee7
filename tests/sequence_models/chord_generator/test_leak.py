"""The songs that the network is trained, chosen and tested on have none in common, in no key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sequence_models.chord_generator.config import DataConfig
from sequence_models.chord_generator.data import load_splits
from sequence_models.chord_generator.encoding import EncodedSong
from shared.datasets.song_groups import progression_digest
from shared.errors import ConsortError
from shared.music.chord_tokens import id_to_chord, transpose_ids
from shared.splits import Splits, assert_disjoint


def digest(song: EncodedSong) -> str:
    """Return what a progression has in common with its transpositions, as the network sees it."""
    return progression_digest([id_to_chord(token) for token in song.chords])


def assert_no_leak(splits: Splits[EncodedSong]) -> None:
    assert_disjoint(splits, lambda song: song.id)
    assert_disjoint(splits, digest)


def test_the_embedded_splits_share_no_song_and_no_transposition() -> None:
    assert_no_leak(load_splits(DataConfig()))


def test_a_planted_transposition_is_found() -> None:
    splits = load_splits(DataConfig())
    stolen = splits.test[0]
    moved = replace(stolen, id="another", chords=tuple(map(int, transpose_ids(stolen.chords, 4))))
    with pytest.raises(ConsortError, match="leaks from train into test"):
        assert_no_leak(replace(splits, train=[*splits.train, moved]))


@pytest.mark.usefixtures("consort_data")
@pytest.mark.parametrize("permissive_only", [True, False])
def test_the_real_splits_share_no_song_and_no_transposition(permissive_only: bool) -> None:
    assert_no_leak(load_splits(DataConfig(songs="real", permissive_only=permissive_only)))
