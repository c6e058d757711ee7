"""Chords-unified: nine chord corpora as one file of JSON lines.

Tree: `songs.jsonl.gz`, one song per line; the fields are in `song_records`. `read_songs` reads it and every
other file of the same schema, and is what the chord generator trains on and is evaluated with.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.contract import ChordSong, Label
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.song_files import CORPUS_FILE, labels_in, read_songs, songs_in
from shared.datasets.validate import validate_tree

__all__ = [
    "CITATION", "LICENCE", "NAME", "SHIPS", "SOURCE", "TITLE", "TREE",
    "labels", "read_songs", "tracks", "validate",
]  # fmt: skip

NAME = "chords-unified"
TITLE = "Chords of nine corpora, unified"
CITATION = (
    "the nine corpora: McGill Billboard, Isophonics, uspop2002 and RWC-Pop, Rolling Stone, POP909, "
    "Imaginary Book, OpenEWLD, Nottingham, When in Rome"
)
LICENCE = "per record: field licence"
SHIPS = False  # as a whole; the records of rs200, imaginary-book and nottingham do not ship, the others do
SOURCE = "made from the nine corpora, each of which names its source"
TREE: tuple[str, ...] = (CORPUS_FILE,)


def validate(root: Path) -> Report:
    """Read every song once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordSong]:
    """Yield the songs, duplicates left out, each with its group."""
    return iter(songs_in(root / CORPUS_FILE, log or ProblemLog()))


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord label of the field `chords`."""
    return labels_in(root / CORPUS_FILE)
