"""McGill Billboard: expert chord transcriptions of songs sampled from the US Billboard Hot 100, 1958-1991.

Tree: `songs.csv` (id, title, artist, duplicate_of ...) and `annotations.zip` with `lab/<id>.lab` (start and
end in seconds, Harte label) and `salami_chords/<id>.txt`, the transcription as the experts wrote it, by
line of the song: `8.71 <tab> B, verse, | A:min | C:maj . F:maj . |, (voice`, where `.` holds the chord for
another beat.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.archives import texts
from shared.datasets.contract import HARTE, ChordTrack, Label
from shared.datasets.lab_corpus import LabCorpus
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree

NAME = "mcgill-billboard"
TITLE = "McGill Billboard"
CITATION = "Burgoyne, Wild and Fujinaga, An Expert Ground Truth Set for Audio Chord Recognition, ISMIR 2011"
LICENCE = "CC0-1.0"
SHIPS = True
SOURCE = "https://ddmal.music.mcgill.ca/research/The_McGill_Billboard_Project_(Chord_Analysis_Dataset)/"
TREE: tuple[str, ...] = ("songs.csv", "annotations.zip")

_CORPUS = LabCorpus(NAME, LICENCE, "annotations.zip", "songs.csv", ("id", "title", "artist"), "lab/")

# In the transcriptions: a held beat, a pause, a beat without a chord of its own; `(2/4)` marks an odd bar.
_MARKS = frozenset({".", "*", "&pause"})


def validate(root: Path) -> Report:
    """Read every song once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
    """Yield the songs with their chords in seconds."""
    return _CORPUS.tracks(root, log)


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord label: those of the timed files, then those of the transcriptions."""
    yield from _CORPUS.labels(root)
    for member, text in texts(root / "annotations.zip", ProblemLog(), "salami_chords/", ".txt"):
        for number, line in enumerate(text.splitlines(), start=1):
            for label in _transcribed(line):
                yield Label(f"annotations.zip/{member}", number, label, HARTE)


def _transcribed(line: str) -> list[str]:
    """Return the chord labels between the first and the last bar line."""
    first, last = line.find("|"), line.rfind("|")
    words = line[first:last].replace("|", " ").split() if last > first else []
    return [word for word in words if word not in _MARKS and not word.startswith("(")]
