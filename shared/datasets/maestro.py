"""MAESTRO v3: 199 hours of piano competitions, 1,276 performances in WAV, with an official split by composition.

Tree: `maestro-v3.0.0.csv` and the files that it names, `2004/....wav`; the folder of the archive,
`maestro-v3.0.0/`, may stand in between. All of it is piano, so the composer stands in for the genre.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.archives import table
from shared.datasets.audio_check import validate_audio
from shared.datasets.audio_tracks import AudioTrack
from shared.datasets.fetch import RemoteFile, fetch, unpack
from shared.datasets.problems import ProblemLog, Report
from shared.errors import InputError
from shared.splits import SPLIT_NAMES

NAME = "maestro"
TITLE = "MAESTRO v3.0.0"
CITATION = "Hawthorne et al., Enabling Factorized Piano Music Modeling and Generation with the MAESTRO Dataset, 2019"
LICENCE = "CC-BY-NC-SA-4.0"
SHIPS = False
SOURCE = "https://magenta.tensorflow.org/datasets/maestro"
TREE: tuple[str, ...] = ("maestro-v3.0.0.csv",)

ARCHIVE = RemoteFile(
    "https://storage.googleapis.com/magentadata/datasets/maestro/v3.0.0/maestro-v3.0.0.zip",
    "6680fea5be2339ea15091a249fbd70e49551246ddbd5ca50f1b2352c08c95291",
)
_COLUMNS = ("audio_filename", "canonical_composer", "canonical_title", "split", "year")
_WANTED = (".wav", ".csv", "LICENSE", "README")


def download(root: Path) -> None:
    """Fetch the archive (101 GB) and unpack its recordings (another 120 GB).

    Raises:
        ConsortError: when it cannot be fetched or is not what was published.
    """
    unpack(fetch(ARCHIVE, root / "maestro-v3.0.0.zip"), root, lambda name: name.endswith(_WANTED))


def validate(root: Path) -> Report:
    """Listen to every recording once and report what is wrong."""
    return validate_audio(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[AudioTrack]:
    """Yield the performances of the table whose files are there; the others go to the log.

    Raises:
        InputError: when the table is missing or has not the columns of MAESTRO.
    """
    log = ProblemLog() if log is None else log
    top = next((folder for folder in (root, root / "maestro-v3.0.0") if (folder / TREE[0]).is_file()), None)
    if top is None:
        raise InputError(f"{root} has no {TREE[0]}; get MAESTRO by --step download, or from {SOURCE}")
    for line, (name, row) in enumerate(table(top / TREE[0], _COLUMNS).items(), start=2):
        if row["split"] not in SPLIT_NAMES:
            log.add(TREE[0], line, f"unknown split '{row['split']}'")
        elif not (top / name).is_file():
            log.add(TREE[0], line, f"{name} is not there")
        else:
            yield AudioTrack(
                id=f"{NAME}/{name}", dataset=NAME, licence=LICENCE, path=top / name, title=row["canonical_title"],
                album=row["year"], genre=row["canonical_composer"], split=row["split"],
            )  # fmt: skip
