"""Emotify: excerpts of recorded music in four genres, with their artists and nine felt emotions.

Tree: `labels.csv` (file, genre, artist, title, album, and the share of raters who felt each emotion) and the files
that it names. The recordings come from Magnatune.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.archives import table
from shared.datasets.audio_check import validate_audio
from shared.datasets.audio_tracks import AudioTrack
from shared.datasets.problems import ProblemLog, Report

NAME = "emotify"
TITLE = "Emotify"
CITATION = "Aljanaki, Wiering and Veltkamp, Studying emotion induced by music through a crowdsourcing game, 2016"
LICENCE = "inferred CC-BY-NC-SA-1.0 (Magnatune)"
SHIPS = False
SOURCE = "https://www2.projects.science.uu.nl/memotion/emotifydata/"
TREE: tuple[str, ...] = ("labels.csv",)

_COLUMNS = ("file", "genre", "artist", "title", "album")


def validate(root: Path) -> Report:
    """Listen to every recording once and report what is wrong."""
    return validate_audio(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[AudioTrack]:
    """Yield the excerpts of the table whose files are there; the others go to the log.

    Raises:
        InputError: when the table is missing or lacks a column.
    """
    log = ProblemLog() if log is None else log
    for line, (name, row) in enumerate(table(root / TREE[0], _COLUMNS).items(), start=2):
        if not (root / name).is_file():
            log.add(TREE[0], line, f"{name} is not there")
            continue
        yield AudioTrack(
            id=f"{NAME}/{name}", dataset=NAME, licence=LICENCE, path=root / name, title=row["title"],
            artist=row["artist"], album=row["album"], genre=row["genre"],
        )  # fmt: skip
