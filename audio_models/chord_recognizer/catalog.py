"""What pieces are made of: the songs of the corpora by split, the noises, the SoundFonts.

The split is by song (`shared.splits`), by the groups of chords-unified: a song that stands in two corpora, or twice in
one, is in one split. The twelve POP909 songs that other recognizers were measured on are fixed in the test part.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shared.datasets import chords_unified, pop909
from shared.datasets.contract import ChordSong
from shared.datasets.licences import may_ship
from shared.errors import ConsortError
from shared.files import open_text
from shared.music.soundfonts import installed_fonts
from shared.splits import Splits, split_by_group

# 001 and every 75th up to 825, where present.
PEER_SONGS = tuple(f"{number:03}" for number in (1, *range(75, 826, 75)))
FRACTIONS = (0.86, 0.06, 0.08)  # 60 of the 746 songs of POP909 are for the test
_POP909_ID = "pop909_"
# Test pieces hear recordings that training never does.
_TEST_FOLD = "3"
HARD_NOISES = ("rain", "sea_waves", "helicopter", "fire_crackling")
_NOISES_FOLDER = "esc10"


@dataclass(frozen=True)
class Noise:
    """A recording of ESC-10: its path below the corpora, and its class."""

    file: str
    label: str
    is_for_test: bool


@dataclass(frozen=True)
class Catalog:
    """Where everything is. `root` is the folder of the corpora; it and everything but what is made up may be absent."""

    root: Path | None
    songs: Splits[ChordSong]
    noises: tuple[Noise, ...]
    fonts: tuple[str, ...]

    @cached_property
    def pop909(self) -> Splits[ChordSong]:
        """The songs of POP909."""
        return Splits(*([song for song in part if _is_pop909(song)] for part in self.songs.parts().values()))

    @cached_property
    def progressions(self) -> Splits[ChordSong]:
        """The songs of which only the chords are known."""
        return Splits(*([song for song in part if not _is_pop909(song)] for part in self.songs.parts().values()))

    def noises_for(self, split: str) -> list[Noise]:
        """Return the noises that may lie under pieces of a split."""
        return [noise for noise in self.noises if noise.is_for_test == (split == "test")]


def open_catalog(root: Path | None = None, fonts: Sequence[str] | None = None) -> Catalog:
    """Read the corpora.

    Args:
        root: their folder; by default the one that CONSORT_DATA names, and none without it.
        fonts: file names of SoundFonts; by default those installed.

    Raises:
        ConsortError: when the folder lacks a corpus.
    """
    if root is None and os.environ.get("CONSORT_DATA"):
        root = Path(os.environ["CONSORT_DATA"])
    fonts = tuple(installed_fonts()) if fonts is None else tuple(fonts)
    if root is None:
        return Catalog(None, Splits([], [], []), (), fonts)
    for name in (chords_unified.NAME, pop909.NAME, _NOISES_FOLDER):
        if not (root / name).is_dir():
            raise ConsortError(f"{root} has no folder {name}; CONSORT_DATA must name the folder of the corpora")
    songs = [song for song in chords_unified.tracks(root / chords_unified.NAME) if may_ship(song.licence)]
    return Catalog(root, split_songs(songs), _read_noises(root), fonts)


def split_songs(songs: Sequence[ChordSong]) -> Splits[ChordSong]:
    """Split by group; the group of a song that other recognizers were measured on is for the test."""
    return split_by_group(
        songs, lambda song: song.group, FRACTIONS, fixed=lambda song: "test" if _is_peer_song(song) else None
    )


def number_of(song: ChordSong) -> str:
    """Return the number of a POP909 song, such as `001`."""
    return song.id.removeprefix(_POP909_ID)


def _is_pop909(song: ChordSong) -> bool:
    return song.dataset == pop909.NAME


def _is_peer_song(song: ChordSong) -> bool:
    return _is_pop909(song) and number_of(song) in PEER_SONGS


def _read_noises(root: Path) -> tuple[Noise, ...]:
    with open_text(root / _NOISES_FOLDER / "manifest.csv") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(Noise(f"{_NOISES_FOLDER}/{row['file']}", row["label"], row["fold"] == _TEST_FOLD) for row in rows)
