"""GTZAN: 1,000 excerpts of 30 seconds in ten genres; the most used set of its kind, and one with known faults.

Tree: `genres/blues/blues.00000.wav` (or .au), as published, or `genres_original/`, or the ten folders themselves.

Faults (B. L. Sturm, An analysis of the GTZAN music genre dataset, 2012): 50 excerpts are exact repetitions and 22 more
come from a recording that is there already, 10.6 % have a wrong genre; and jazz.00054 is damaged in common copies.
Artists repeat and are not named. Where the lists of the artist-filtered split (Kereliuk et al. 2015) lie
beside the folders as `train_filtered.txt`, `valid_filtered.txt`, `test_filtered.txt`, they are the split, and what
they do not list is left out; without them the split is by file, and copies that are equal sample by sample stay one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.audio_check import validate_audio
from shared.datasets.audio_tracks import AudioTrack, audio_files
from shared.datasets.fetch import RemoteFile, fetch, unpack
from shared.datasets.problems import ProblemLog, Report
from shared.errors import InputError

NAME = "gtzan"
TITLE = "GTZAN Genre Collection"
CITATION = "Tzanetakis and Cook, Musical Genre Classification of Audio Signals, 2002"
LICENCE = "none stated; for research"
SHIPS = False
SOURCE = "https://huggingface.co/datasets/marsyas/gtzan"
TREE: tuple[str, ...] = ("genres/blues/blues.00000.wav",)

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
PER_GENRE = 100
SPLIT_LISTS = {"train": "train_filtered.txt", "validation": "valid_filtered.txt", "test": "test_filtered.txt"}
# The address of a mirror, since the original host is gone; the checksum of the original archive.
ARCHIVE = RemoteFile(
    "https://huggingface.co/datasets/marsyas/gtzan/resolve/main/data/genres.tar.gz",
    "24347e0223d2ba798e0a558c4c172d9d4a19c00bb7963fe055d183dadb4ef2c6",
)
_TOPS = ("genres", "genres_original", ".")


def download(root: Path) -> None:
    """Fetch the archive (1.2 GB) and unpack it.

    Raises:
        ConsortError: when it cannot be fetched or is not what was published.
    """
    unpack(fetch(ARCHIVE, root / "genres.tar.gz"), root / "genres", lambda name: name.split("/")[0] in GENRES)


def validate(root: Path) -> Report:
    """Listen to every recording once and report what is wrong."""
    return validate_audio(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[AudioTrack]:
    """Yield the recordings, by genre and number; folders with more or fewer than 100 go to the log.

    Raises:
        InputError: when the folder has not the layout of GTZAN.
    """
    log = ProblemLog() if log is None else log
    top = next((root / name for name in _TOPS if all((root / name / genre).is_dir() for genre in GENRES)), None)
    if top is None:
        raise InputError(
            f"{root} has not the ten folders of GTZAN ({TREE[0]} ...); get it by --step download, or from {SOURCE}"
        )
    stated = _stated_splits(root)
    for genre in GENRES:
        files = [path for path in audio_files(top / genre) if path.name.startswith(f"{genre}.")]
        if len(files) != PER_GENRE:
            log.add(f"{genre}/", 0, f"holds {len(files)} excerpts, not {PER_GENRE}")
        for path in files:
            split = stated.get(path.stem)
            if stated and split is None:
                continue
            yield AudioTrack(
                id=f"{NAME}/{path.stem}", dataset=NAME, licence=LICENCE, path=path, title=path.stem, genre=genre,
                split=split,
            )  # fmt: skip


def _stated_splits(root: Path) -> dict[str, str]:
    """Return the part of each excerpt, by its name, where the lists lie in the folder."""
    stated: dict[str, str] = {}
    for split, name in SPLIT_LISTS.items():
        if (root / name).is_file():
            lines = (root / name).read_text(encoding="utf-8").split()
            stated.update((Path(line).stem, split) for line in lines)
    return stated
