"""The embedded corpus: progressions that the project's own grammar wrote, so that everything runs offline.

Tree: `chord_progressions.jsonl` in the project's `data/`, of the chords-unified schema with the fields
`mood`, `scale_type` and `split` added; the split is by source progression.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.contract import ChordSong, Label
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.song_files import labels_in, read_songs, songs_in
from shared.datasets.validate import validate_tree

NAME = "embedded"
TITLE = "Consort's embedded chord progressions"
CITATION = "Consort, shared/music/grammar"
LICENCE = "Apache-2.0"
SHIPS = True
SOURCE = "in the project: data/chord_progressions.jsonl"
TREE: tuple[str, ...] = ("chord_progressions.jsonl",)

ROOT = Path(__file__).resolve().parents[2] / "data"


def load() -> list[ChordSong]:
    """Return the songs of the embedded corpus.

    Raises:
        ConsortError: when the file is missing or holds no song.
    """
    return read_songs(ROOT / TREE[0])[0]


def validate(root: Path = ROOT) -> Report:
    """Read every progression once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path = ROOT, log: ProblemLog | None = None) -> Iterator[ChordSong]:
    """Yield the progressions."""
    return iter(songs_in(root / TREE[0], log or ProblemLog()))


def labels(root: Path = ROOT) -> Iterator[Label]:
    """Yield every chord label."""
    return labels_in(root / TREE[0])
