"""Chord labels of songs of uspop2002 (US and UK pop) and of the RWC popular music database.

Tree: `songs.csv` (id, title, artist, duration_s; RWC songs have numbers only, no titles) and
`annotations.zip` with `chords/<id>.lab`: start and end in seconds and a Harte label.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.contract import ChordTrack, Label
from shared.datasets.lab_corpus import LabCorpus
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree

NAME = "uspop-rwc-chords"
TITLE = "Chord labels of uspop2002 and RWC-Pop"
CITATION = "Cho et al., Chord-Annotations of NYU MARL; JAMS edition: Humphrey et al., JAMS, ISMIR 2014"
LICENCE = "ISC (jams-data); CC-BY-4.0 in ChoCo"
SHIPS = True
SOURCE = "https://github.com/marl/jams-data, commit f10b79c82c15, datasets/tmc323, converted from JAMS"
TREE: tuple[str, ...] = ("songs.csv", "annotations.zip")

_CORPUS = LabCorpus(NAME, LICENCE, "annotations.zip", "songs.csv", ("id", "title", "artist"), "chords/")


def validate(root: Path) -> Report:
    """Read every song once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
    """Yield the songs with their chords in seconds."""
    return _CORPUS.tracks(root, log)


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord label."""
    return _CORPUS.labels(root)
