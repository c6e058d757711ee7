"""Prepared recordings as segments of equal length, dealt into splits that no artist crosses.

    splits = load_splits(audio, data)
    waveforms = splits.train.waveforms([3, 1, 4], random_offset=True)       # [3, samples]

In training a segment may begin at any sample of its recording; in validation and test segments lie end to end. Only
waveforms are kept: their mel is computed where the network is.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from audio_models.harmonic_vae.config import AudioConfig, DataConfig
from audio_models.harmonic_vae.segments import FULL_SCALE, SAMPLES, SETTINGS, CachedTrack, open_cache, without_copies
from shared import splits as dealing
from shared.errors import InputError

LABELS = ("genre", "artist", "album", "dataset")

_log = logging.getLogger(__name__)


class Segments:
    """Segments of some recordings of a cache.

    Attributes:
        samples: of the whole cache, [samples] in int16.
        tracks: the recordings.
        track: for each segment, which of them it is from, [segments].
        labels: for each of `LABELS`, what is known of each segment; empty where nothing is.
    """

    def __init__(self, samples: Tensor, tracks: Sequence[CachedTrack], length: int) -> None:
        """Take the samples of the whole cache, the recordings, and the length of a segment."""
        self.samples = samples
        self.tracks = list(tracks)
        self.length = length
        counts = [track.samples // length for track in self.tracks]
        self.track: NDArray[np.int64] = np.repeat(np.arange(len(counts)), counts)
        self.labels = {name: [str(getattr(self.tracks[index], name)) for index in self.track] for name in LABELS}
        tiles = [track.start + length * np.arange(count) for track, count in zip(self.tracks, counts, strict=True)]
        # An empty part has no tiles to join.
        self._tiles = torch.from_numpy(np.concatenate([np.zeros(0, dtype=np.int64), *tiles]))
        self._first = torch.tensor([track.start for track in self.tracks], dtype=torch.int64)[self.track]
        spare = torch.tensor([track.samples - length for track in self.tracks], dtype=torch.int64)
        self._spare = spare[self.track]

    def __len__(self) -> int:
        """Return the number of segments."""
        return len(self.track)

    def to(self, device: torch.device | str) -> Segments:
        """Return the same segments, their samples on another device: two bytes each."""
        moved = copy.copy(self)
        moved.samples = self.samples.to(device)
        return moved

    def waveforms(
        self,
        indices: Sequence[int] | NDArray[np.int64] | Tensor,
        *,
        random_offset: bool = False,
        offsets: Tensor | None = None,
        generator: Generator | None = None,
    ) -> Tensor:
        """Return the waveforms [batch, samples] of segments, in float32, on the device of the samples.

        Args:
            indices: which segments.
            random_offset: take each from anywhere in its recording instead of from its own place.
            offsets: where each begins in its recording, in samples [batch], instead.
            generator: draws the random offsets; left out, torch's global one does.

        Raises:
            InputError: when an offset lies outside of its recording.
        """
        chosen = torch.as_tensor(indices, dtype=torch.int64)
        if offsets is not None:
            if ((offsets < 0) | (offsets > self._spare[chosen])).any():
                raise InputError("an offset reaches over the end of its recording")
            starts = self._first[chosen] + offsets
        elif random_offset:
            # Doubles hold every place of an hour and more; the product stays below spare + 1.
            drawn = torch.rand(len(chosen), generator=generator, dtype=torch.float64)
            starts = self._first[chosen] + (drawn * (self._spare[chosen] + 1)).long()
        else:
            starts = self._tiles[chosen]
        windows = self.samples.unfold(0, self.length, 1)  # a view: only what is chosen is read
        return windows[starts.to(windows.device)].float() / FULL_SCALE


@dataclass(frozen=True)
class Splits:
    """The segments of each part."""

    train: Segments
    validation: Segments
    test: Segments


def load_splits(audio: AudioConfig, data: DataConfig) -> Splits:
    """Return the segments by split; recordings that are named and not yet in the cache are prepared first.

    Raises:
        InputError: when there is no recording, all are too short, or too few to deal.
    """
    _prepare_what_is_named(audio, data)
    cache = open_cache(data.cache)
    if cache.settings.sample_rate != audio.sample_rate:
        raise InputError(
            f"{data.cache} was made at {cache.settings.sample_rate} Hz, not {audio.sample_rate}; "
            "name another --cache_dir or that --sample_rate"
        )
    long_enough = [track for track in cache.tracks if track.samples >= audio.samples]
    if not long_enough:
        longest = max(track.samples for track in cache.tracks) / audio.sample_rate
        raise InputError(
            f"all recordings of {data.cache} are too short: the longest has {longest:.2f} s, "
            f"a segment {audio.segment_length:g} s; lower --segment_length"
        )
    unique = without_copies(long_enough)
    _say_what_is_left_out(len(cache.tracks), len(long_enough), len(unique))
    dealt = deal(unique, data)
    samples = map_samples(data.cache, len(cache.samples))
    return Splits(*(Segments(samples, part, audio.samples) for part in dealt.parts().values()))


def _prepare_what_is_named(audio: AudioConfig, data: DataConfig) -> None:
    """Bring the cache up to date with the folders that the settings name; a cache alone is taken as it is."""
    named = any((data.dataset_dir, data.custom_dir, data.gtzan_dir, data.maestro_dir, data.emotify_dir))
    if named or not (data.cache / SETTINGS).is_file():
        from audio_models.harmonic_vae.config import PrepareConfig
        from audio_models.harmonic_vae.preprocessing import preprocess

        preprocess(PrepareConfig(audio=audio, data=data))


def _say_what_is_left_out(in_cache: int, long_enough: int, unique: int) -> None:
    if long_enough < in_cache:
        _log.warning("%d of %d recordings are shorter than a segment", in_cache - long_enough, in_cache)
    if unique < long_enough:
        _log.warning("%d recordings are copies of others and left out", long_enough - unique)


def map_samples(folder: Path, count: int) -> Tensor:
    """Return the samples of a cache [samples] in int16, mapped into memory: read when they are needed."""
    return torch.from_file(str(folder / SAMPLES), shared=False, size=count, dtype=torch.int16)


def deal(tracks: Sequence[CachedTrack], data: DataConfig) -> dealing.Splits[CachedTrack]:
    """Deal recordings by artist, or by file where there are not enough artists; what a dataset states goes first.

    Raises:
        InputError: when there are fewer recordings than parts, or shares that leave nothing to train on.
    """
    fractions = (1 - data.validation_split - data.test_split, data.validation_split, data.test_split)
    if fractions[0] <= 0:
        raise InputError("validation_split and test_split together must stay below 1")
    needed = sum(fraction > 0 for fraction in fractions)
    if len(tracks) < needed:
        raise InputError(
            f"{len(tracks)} recordings cannot be dealt into {needed} parts; add some, or set --test_split 0"
        )
    groups = {track.id: track.group for track in tracks}
    if len(set(groups.values())) < needed:
        _log.warning("fewer than %d artists: the split is by file, so validation hears artists of training", needed)
        groups = {track.id: track.id for track in tracks}
    dealt = dealing.split_by_group(
        tracks, lambda track: groups[track.id], fractions, data.seed, lambda track: track.split or None
    )
    parts = dealt.parts()
    for name, fraction in zip(dealing.SPLIT_NAMES, fractions, strict=True):
        if fraction > 0 and not parts[name]:
            _fill(parts, name, groups)
    return dealing.Splits(**parts)


def _fill(parts: dict[str, list[CachedTrack]], name: str, groups: dict[str, str]) -> None:
    """Move the smallest group of the part with most groups into one that chance left empty."""
    richest = max(parts.values(), key=lambda tracks: len({groups[track.id] for track in tracks}))
    sizes: dict[str, int] = {}
    for track in richest:
        sizes[groups[track.id]] = sizes.get(groups[track.id], 0) + track.samples
    smallest = min(sizes, key=lambda group: (sizes[group], group))
    parts[name] = [track for track in richest if groups[track.id] == smallest]
    richest[:] = [track for track in richest if groups[track.id] != smallest]
