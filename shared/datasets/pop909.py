"""POP909: piano arrangements of Chinese pop songs, with chords computed from the MIDI and from the recording.

Tree: `index.csv` (song_id, name, artist ...) and `annotations.zip` with `<nnn>/chord_midi.txt` and
`<nnn>/chord_audio.txt`: start and end in seconds and a Harte label. Neither was heard by a person: sevenths
can hardly be judged on them. The tracks are those of `chord_midi`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.contract import ChordTrack, Label
from shared.datasets.lab_corpus import LabCorpus
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree

NAME = "pop909"
TITLE = "POP909"
CITATION = "Wang et al., POP909: A Pop-song Dataset for Music Arrangement Generation, ISMIR 2020"
LICENCE = "MIT"
SHIPS = True
SOURCE = "https://github.com/music-x-lab/POP909-Dataset, commit d83e6edba687; the index as CSV"
TREE: tuple[str, ...] = ("index.csv", "annotations.zip")

_CORPUS = LabCorpus(
    NAME, LICENCE, "annotations.zip", "index.csv", ("song_id", "name", "artist"), suffix="/chord_midi.txt"
)


def validate(root: Path) -> Report:
    """Read every song once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
    """Yield the songs with their chords in seconds."""
    return _CORPUS.tracks(root, log)


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord label of both annotations."""
    yield from _CORPUS.labels(root)
    yield from _CORPUS.labels(root, "/chord_audio.txt")
