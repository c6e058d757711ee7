"""Any folder of music: `genre/artist/album/song.mp3`, as deep as it goes.

One level of folders is genre, two are genre and artist, three genre, artist and album; what is deeper is part of the
album. Files beside the folders have no metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.audio_check import validate_audio
from shared.datasets.audio_tracks import AudioTrack, audio_files
from shared.datasets.problems import ProblemLog, Report

NAME = "custom"
TITLE = "A folder of recordings"
CITATION = "none: it is yours"
LICENCE = "whatever the recordings have"
SHIPS = False
SOURCE = "your own disk"
TREE: tuple[str, ...] = ("genre/artist/album/*.mp3",)


def validate(root: Path) -> Report:
    """Listen to every recording once and report what is wrong."""
    return validate_audio(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[AudioTrack]:
    """Yield the recordings, by path.

    Raises:
        InputError: when there is no such folder, or no audio in it.
    """
    for path in audio_files(root):
        place = path.relative_to(root)
        genre, artist, *album = (*place.parts[:-1], "", "")
        yield AudioTrack(
            id=f"{NAME}/{place.as_posix()}", dataset=NAME, licence=LICENCE, path=path, title=path.stem,
            genre=genre, artist=artist, album="/".join(filter(None, album)),
        )  # fmt: skip
