"""What every dataset file in this folder offers, and the types that its tracks carry.

A dataset is a module with the names of `Dataset`; `registry.DATASETS` lists them and one test walks the list.
`root` is always the dataset's own folder: `$CONSORT_DATA/<NAME>`.

Two kinds of track: `ChordTrack` is what an annotation file says, label by label, in seconds or in bars;
`ChordSong` is a progression ready for a model, with parsed chords and the conditions that are known of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.datasets.problems import ProblemLog, Report
from shared.errors import InputError
from shared.music.chords import Chord
from shared.music.keys import Key

# How a label is spelt, and so which parser reads it.
HARTE, LEAD_SHEET, UNIFIED = "harte", "lead-sheet", "unified"
DIALECTS = (HARTE, LEAD_SHEET, UNIFIED)


@dataclass(frozen=True, slots=True)
class Label:
    """One chord label as its corpus spells it: `line` counts from 1, and is the bar in a score."""

    file: str
    line: int
    text: str
    dialect: str


@dataclass(frozen=True, eq=False)
class TimedChords:
    """Chord labels over time: `intervals_s` [n, 2] float64, start and end in seconds, sorted, no overlap."""

    intervals_s: NDArray[np.float64]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse intervals that are no annotation.

        Raises:
            InputError: when shapes differ, a time is not finite or negative, or intervals overlap.
        """
        times = self.intervals_s
        if times.shape != (len(self.labels), 2):
            raise InputError(f"{len(self.labels)} labels need intervals [n, 2], not {list(times.shape)}")
        if not np.isfinite(times).all() or (times < 0).any():
            raise InputError("interval times must be finite and not negative, in seconds")
        if (times[:, 1] <= times[:, 0]).any() or (times[1:, 0] < times[:-1, 1]).any():
            raise InputError("intervals must have a length, be sorted and not overlap")


@dataclass(frozen=True, eq=False, kw_only=True)
class ChordTrack:
    """One annotated piece: its chords over time or, in lead sheets, in bars as written."""

    id: str
    dataset: str
    licence: str
    title: str
    artist: str
    dialect: str
    timed: TimedChords | None = None
    bars: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChordSong:
    """One progression with what is known of it; None is not known.

    `chords` are the changes in order: root position, no-chord marks left out, consecutive repeats merged.
    `bars` hold the chords that start or sound in each bar; `sections` name the section of each bar. Songs of
    one `group` belong in one split; `split` is set where the corpus itself fixes it.
    """

    id: str
    dataset: str
    licence: str
    title: str
    artist: str
    genre: str | None
    mood: str | None
    mood_source: str | None
    key: Key | None
    key_source: str | None
    tempo_qpm: float | None
    meter: str | None
    chords: tuple[Chord, ...]
    bars: tuple[tuple[Chord, ...], ...] | None
    sections: tuple[str | None, ...] | None
    group: str
    split: str | None


Track: TypeAlias = ChordTrack | ChordSong


class Dataset(Protocol):
    """What a dataset module offers; where licence and source permit it, `download(root)` besides."""

    NAME: str
    TITLE: str
    CITATION: str
    LICENCE: str
    SHIPS: bool  # weights trained on it may ship with the project
    SOURCE: str  # where a person gets it
    TREE: tuple[str, ...]  # the files that must lie under root

    def validate(self, root: Path) -> Report:
        """Read everything once and report what is wrong."""

    def tracks(self, root: Path, log: ProblemLog | None = None) -> Iterator[Track]:
        """Yield every track that can be read; what cannot goes to the log."""

    def labels(self, root: Path) -> Iterator[Label]:
        """Yield every chord label as the corpus spells it, repeats included."""
