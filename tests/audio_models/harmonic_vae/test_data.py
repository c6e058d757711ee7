"""Segments: where they lie, what they hold, and that no artist crosses the splits."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator

from audio_models.harmonic_vae.config import AudioConfig, DataConfig
from audio_models.harmonic_vae.data import Segments, deal, load_splits
from audio_models.harmonic_vae.segments import FULL_SCALE, CachedTrack, open_cache
from shared.errors import InputError
from shared.splits import assert_disjoint
from tests.audio_models.harmonic_vae.tiny_run import AUDIO, RATE


def track(number: int, artist: str = "", samples: int = 1000, split: str = "") -> CachedTrack:
    group = f"artist:{artist}" if artist else f"file:{number}"
    texts = dict.fromkeys(("dataset", "path", "licence", "title", "album"), "")
    return CachedTrack(
        id=str(number), artist=artist, genre="", group=group, split=split, start=1000 * number, samples=samples,
        gain_db=0.0, digest=str(number), **texts,
    )  # fmt: skip


@pytest.fixture
def ramp() -> Segments:
    """Two recordings whose samples are their own places."""
    return Segments(torch.arange(2000, dtype=torch.int16), [track(0), track(1, samples=350)], length=100)


def places(waveforms: torch.Tensor) -> torch.Tensor:
    return (waveforms * FULL_SCALE).round().long()


def test_segments_lie_end_to_end(ramp: Segments) -> None:
    assert len(ramp) == 13
    found = places(ramp.waveforms(range(13)))
    assert found.shape == (13, 100)
    assert torch.equal(found[:, 0], torch.tensor([*range(0, 1000, 100), 1000, 1100, 1200]))
    assert torch.equal(found - found[:, :1], torch.arange(100).expand(13, 100))
    assert ramp.track.tolist() == [0] * 10 + [1] * 3
    assert torch.equal(ramp.waveforms([4]), ramp.waveforms(np.array([4])))


def test_random_segments_are_of_their_recording_and_reach_every_sample(ramp: Segments) -> None:
    indices = torch.arange(13).repeat(600)
    found = places(ramp.waveforms(indices, random_offset=True, generator=Generator().manual_seed(0)))
    first = found[:, 0]
    assert set(first[indices < 10].tolist()) < set(range(901))
    assert len(first[indices < 10].unique()) > 890
    assert set(first[indices >= 10].tolist()) == set(range(1000, 1251))  # the ends too
    again = ramp.waveforms(indices, random_offset=True, generator=Generator().manual_seed(0))
    assert torch.equal(places(again), found)
    asked = ramp.waveforms([0, 12], offsets=torch.tensor([900, 250]))
    assert places(asked)[:, 0].tolist() == [900, 1250]
    with pytest.raises(InputError, match="reaches over the end"):
        ramp.waveforms([0, 12], offsets=torch.tensor([900, 251]))


def test_samples_may_lie_elsewhere_than_what_chooses_them(ramp: Segments) -> None:
    moved = ramp.to("meta")
    assert moved.waveforms([1, 2]).device.type == "meta"
    assert ramp.waveforms([1, 2]).device.type == "cpu"


def test_the_prepared_music_is_dealt_by_artist(cache: Path) -> None:
    splits = load_splits(AUDIO, DataConfig(cache_dir=str(cache), validation_split=0.2, test_split=0.2))
    artists = [{track.artist for track in part.tracks} for part in (splits.train, splits.validation, splits.test)]
    assert all(artists)
    assert sum(map(len, artists)) == 10
    assert len(set.union(*artists)) == 10
    part = splits.train
    assert [part.labels["genre"][i] for i in range(len(part))] == [part.tracks[i].genre for i in part.track]
    stored = open_cache(cache)
    first = part.tracks[0]
    expected = stored.samples[first.start : first.start + AUDIO.samples] / FULL_SCALE
    assert np.allclose(part.waveforms([0])[0].numpy(), expected, atol=1e-7)
    other_seed = load_splits(AUDIO, DataConfig(cache_dir=str(cache), validation_split=0.2, test_split=0.2, seed=5))
    assert {track.artist for track in other_seed.test.tracks} != artists[2]


def test_what_a_dataset_states_goes_before_chance() -> None:
    tracks = [track(number, split=("train", "test")[number % 2]) for number in range(20)]
    dealt = deal([*tracks, track(20, split="validation")], DataConfig())
    assert [item.split for item in dealt.test] == ["test"] * 10
    assert [item.id for item in dealt.validation] == ["20"]


def test_no_part_is_left_empty_by_chance_and_few_artists_give_way_to_files(caplog: pytest.LogCaptureFixture) -> None:
    for seed in range(20):
        trio = [track(0, "a", 900), track(1, "b", 300), track(2, "c", 500)]
        dealt = deal(trio, DataConfig(seed=seed))
        assert all(dealt.parts().values())
        assert_disjoint(dealt, lambda item: item.group)
    assert not caplog.records
    alone = deal([track(number, "only") for number in range(9)], DataConfig())
    assert all(alone.parts().values())
    assert "fewer than 3 artists: the split is by file" in caplog.text


def test_shares_may_be_zero_but_not_all() -> None:
    tracks = [track(number) for number in range(30)]
    dealt = deal(tracks, DataConfig(test_split=0.0))
    assert not dealt.test
    assert len(dealt.train) + len(dealt.validation) == 30
    with pytest.raises(InputError, match="together must stay below 1"):
        deal(tracks, DataConfig(validation_split=0.5, test_split=0.5))
    with pytest.raises(InputError, match="2 recordings cannot be dealt into 3 parts; add some, or set --test_split 0"):
        deal(tracks[:2], DataConfig())


def test_a_cache_that_does_not_fit_is_one_sentence(cache: Path, tmp_path: Path) -> None:
    data = DataConfig(cache_dir=str(cache))
    with pytest.raises(InputError, match="was made at 8000 Hz, not 22050; name another --cache_dir"):
        load_splits(AudioConfig(), data)
    with pytest.raises(InputError, match=r"too short: the longest has 2\.20 s, a segment 5 s; lower --segment_length"):
        load_splits(dataclasses.replace(AUDIO, segment_length=5.0), data)
    with pytest.raises(InputError, match="which music"):
        load_splits(AUDIO, DataConfig(cache_dir=str(tmp_path)))


def test_a_folder_that_is_named_is_prepared_on_the_way(music: Path, tmp_path: Path) -> None:
    data = DataConfig(custom_dir=str(music / "bells"), cache_dir=str(tmp_path / "cache"), validation_split=0.2)
    splits = load_splits(AUDIO, data)
    assert len(splits.train.tracks) + len(splits.validation.tracks) + len(splits.test.tracks) == 10
    assert open_cache(tmp_path / "cache").settings.sample_rate == RATE
