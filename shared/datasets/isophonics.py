"""Isophonics: chords of The Beatles, Queen, Carole King and Zweieck, heard and timed by experts.

Tree: `songs.csv` (id, title, artist, album, duration_s) and `annotations.zip` with `chords/<id>.lab`:
start and end in seconds and a Harte label, where a bare root is major (`0.300 1.698 A`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.contract import ChordTrack, Label
from shared.datasets.lab_corpus import LabCorpus
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree

NAME = "isophonics"
TITLE = "Isophonics reference annotations"
CITATION = "Mauch et al., OMRAS2 Metadata Project 2009, late-breaking session of ISMIR 2009"
LICENCE = "ISC (jams-data); CC-BY-4.0 in ChoCo"
SHIPS = True
SOURCE = "https://github.com/marl/jams-data, commit f10b79c82c15, datasets/Isophonics, converted from JAMS"
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
