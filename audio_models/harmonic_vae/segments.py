"""The recordings on disk as training reads them: one file of samples that maps into memory, and an index.

| file          | content                                                                                  |
|---------------|------------------------------------------------------------------------------------------|
| settings.json | sample rate, loudness, and the folders that the recordings came from                      |
| waveforms.i16 | int16 samples, little-endian: one recording after the other, each at the same loudness    |
| index.jsonl   | a line per recording: id, path, labels, group, where its samples start, how many there are |

Samples lie together, so a segment may begin at any of them. A line is written when its samples are on the disk; what
lies beyond the last line is of a run that was killed, and is overwritten.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.datasets.audio_tracks import AudioTrack
from shared.errors import InputError
from shared.files import read_json
from shared.journal import append_record, keep_settings, read_records

SETTINGS, SAMPLES, INDEX = "settings.json", "waveforms.i16", "index.jsonl"
CACHE_VERSION = 1
FULL_SCALE = 32_767
_SAMPLE_BYTES = 2
_COPIED_TOGETHER = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedTrack:
    """A recording in the cache; labels that are not known are empty.

    Attributes:
        id: dataset and path in it.
        path: of the file when it was prepared.
        group: recordings of one group belong in one split.
        split: the part that the dataset itself states, or empty.
        start: place of the first sample in the file of samples.
        samples: how many.
        gain_db: what made it as loud as the others.
        digest: of its samples; equal for copies.
    """

    id: str
    dataset: str
    path: str
    licence: str
    title: str
    artist: str
    album: str
    genre: str
    group: str
    split: str
    start: int
    samples: int
    gain_db: float
    digest: str


@dataclass(frozen=True)
class CacheSettings:
    """What all recordings of a cache share.

    Attributes:
        sample_rate: in Hz.
        loudness_db: root mean square of what sounds in a recording, relative to full scale.
        sources: the folder of each dataset.
    """

    sample_rate: int
    loudness_db: float
    sources: dict[str, str]


@dataclass(frozen=True)
class Cache:
    """A cache to read: the samples of all recordings [samples] in int16, mapped, and the recordings in order."""

    settings: CacheSettings
    tracks: list[CachedTrack]
    samples: NDArray[np.int16]


def open_cache(folder: Path) -> Cache:
    """Open what `prepare` wrote.

    Raises:
        InputError: when there is nothing, or samples are missing.
    """
    if not (folder / SETTINGS).is_file():
        raise InputError(f"{folder} holds no prepared recordings; run python -m audio_models.harmonic_vae.prepare")
    found = read_json(folder / SETTINGS)
    if found.pop("version", None) != CACHE_VERSION:
        raise InputError(f"{folder} was made by another version; delete it and prepare again")
    tracks = _tracks(folder)
    if not tracks:
        raise InputError(f"{folder} holds no recording; prepare again, and mind what is said to be left out")
    end = tracks[-1].start + tracks[-1].samples
    if not (folder / SAMPLES).is_file() or (folder / SAMPLES).stat().st_size < end * _SAMPLE_BYTES:
        raise InputError(f"{folder / SAMPLES} is shorter than its index says; delete the folder and prepare again")
    samples = np.memmap(folder / SAMPLES, dtype="<i2", mode="r", shape=(end,))
    return Cache(CacheSettings(**found), tracks, samples)


def _tracks(folder: Path) -> list[CachedTrack]:
    known = {field.name for field in fields(CachedTrack)}
    records = ({key: value for key, value in line.items() if key in known} for line in read_records(folder / INDEX))
    return sorted((CachedTrack(**record) for record in records), key=lambda track: track.start)


class CacheWriter:
    """Appends recordings to a cache, in order; goes on with one that was begun with the same settings."""

    def __init__(self, folder: Path, settings: CacheSettings) -> None:
        """Begin or go on.

        Raises:
            InputError: when the folder was begun with other settings.
        """
        folder.mkdir(parents=True, exist_ok=True)
        keep_settings(folder / SETTINGS, {"version": CACHE_VERSION, **asdict(settings)})
        self.folder = folder
        tracks = _tracks(folder)
        self.done = {track.id for track in tracks}
        self._end = tracks[-1].start + tracks[-1].samples if tracks else 0

    def append(self, track: AudioTrack, part: Path, gain_db: float, digest: str) -> CachedTrack:
        """Add the samples in the file `part` to the cache, remove that file, and return the record."""
        samples = part.stat().st_size // _SAMPLE_BYTES
        target_path = self.folder / SAMPLES
        target_path.touch()
        with part.open("rb") as source, target_path.open("r+b") as target:
            target.seek(self._end * _SAMPLE_BYTES)
            while block := source.read(_COPIED_TOGETHER):
                target.write(block)
            target.truncate()
            target.flush()
            os.fsync(target.fileno())
        record = CachedTrack(
            id=track.id, dataset=track.dataset, path=str(track.path), licence=track.licence, title=track.title,
            artist=track.artist, album=track.album, genre=track.genre, group=track.group, split=track.split or "",
            start=self._end, samples=samples, gain_db=round(gain_db, 3), digest=digest,
        )  # fmt: skip
        append_record(self.folder / INDEX, asdict(record))
        part.unlink()
        self._end += samples
        self.done.add(track.id)
        return record


def without_copies(tracks: Iterable[CachedTrack]) -> list[CachedTrack]:
    """Return the recordings whose samples no earlier one has."""
    first: dict[str, CachedTrack] = {}
    for track in tracks:
        first.setdefault(track.digest, track)
    return list(first.values())
