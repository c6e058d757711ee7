"""ASAP: expressive piano performances of classical works as MIDI, with the time of every beat.

Tree: `metadata.csv` with `composer`, `title`, `midi_performance`, `performance_annotations`, and `midi.zip` with the
files that it names. A line of annotations is time, time and label: `b` beat or `db` downbeat, with the time signature
where it changes (`4.92 4.92 db,4/4`). Works of one title are a group. Not for weights that ship: no commercial use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.datasets.archives import open_archive, read_member, table
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree
from shared.errors import InputError
from shared.music.note_table import NoteTable

NAME = "asap-performances"
TITLE = "ASAP"
CITATION = "Foscarin et al., ASAP: A Dataset of Aligned Scores and Performances for Piano Transcription, ISMIR 2020"
LICENCE = "CC-BY-NC-SA-4.0"
SHIPS = False
SOURCE = "https://github.com/fosfrancesco/asap-dataset, commit afc815c75c42"
TREE: tuple[str, ...] = ("metadata.csv", "midi.zip")

_COLUMNS = ("midi_performance", "composer", "title", "performance_annotations")


@dataclass(frozen=True, eq=False, kw_only=True)
class PianoPerformance:
    """One performance.

    Attributes:
        id: path of its MIDI file in the archive.
        dataset: its data set.
        licence: its licence.
        midi: content of the MIDI file.
        beats_s: [n] times of the beats in seconds.
        is_downbeat: [n] whether a bar begins.
        meters: [n] the time signature that holds at each beat, such as `4/4`.
        group: composer and title; performances of one group belong in one split.
    """

    id: str
    dataset: str
    licence: str
    midi: bytes
    beats_s: NDArray[np.float64]
    is_downbeat: NDArray[np.bool_]
    meters: tuple[str, ...]
    group: str

    def notes(self) -> NoteTable:
        """Return the notes as played.

        Raises:
            InputError: when the MIDI file is broken or holds no note.
        """
        return NoteTable.of_midi(self.midi, self.id)


def validate(root: Path) -> Report:
    """Read every performance once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[PianoPerformance]:
    """Yield the performances.

    Raises:
        InputError: when a file is missing or broken as a whole.
    """
    log = ProblemLog() if log is None else log
    rows = table(root / TREE[0], _COLUMNS)
    with open_archive(root / TREE[1]) as archive:
        for line, (name, row) in enumerate(rows.items(), start=2):
            try:
                annotations = read_member(archive, row["performance_annotations"]).decode("utf-8", "replace")
                beats_s, is_downbeat, meters = _beats(annotations, row["performance_annotations"])
                performance = PianoPerformance(
                    id=name, dataset=NAME, licence=LICENCE, midi=read_member(archive, name), beats_s=beats_s,
                    is_downbeat=is_downbeat, meters=meters, group=f"{row['composer']}/{row['title']}",
                )  # fmt: skip
                performance.notes()
            except InputError as error:
                log.add(TREE[0], line, str(error))
                continue
            yield performance


def _beats(text: str, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_], tuple[str, ...]]:
    """Return times, downbeats and meters of annotations.

    Raises:
        InputError: when they are no beats.
    """
    times, downbeats, meters = [], [], []
    meter = ""
    try:
        for line in filter(str.strip, text.splitlines()):
            time, _, label = line.split("\t")
            kind, *rest = label.split(",")
            meter = next((word for word in rest if "/" in word), meter)
            times.append(float(time))
            downbeats.append(kind == "db")
            meters.append(meter)
    except ValueError:
        raise InputError(f"{name} is no list of beats; fetch it again") from None
    if not times:
        raise InputError(f"{name} is empty; fetch it again")
    return np.array(times), np.array(downbeats), tuple(meters)
