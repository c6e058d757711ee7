"""Recordings with what is known of them: what every dataset of audio yields, and the contract that it keeps.

A dataset is a module with the names of `AudioDataset`; `root` is its own folder. Paths give metadata where no table
does: `genre/artist/album/song.mp3`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shared.audio.decoders import AUDIO_SUFFIXES
from shared.datasets.problems import ProblemLog, Report
from shared.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """One recording. What is not known is empty; `split` is set where the dataset itself fixes it."""

    id: str
    dataset: str
    licence: str
    path: Path
    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    split: str | None = None

    @property
    def group(self) -> str:
        """What must not be divided by a split: the artist, else the recording itself."""
        return f"artist:{self.artist.casefold()}" if self.artist else f"file:{self.id}"


class AudioDataset(Protocol):
    """What a module of recordings offers; where the licence permits it, `download(root)` besides."""

    NAME: str
    TITLE: str
    CITATION: str
    LICENCE: str
    SHIPS: bool  # weights trained on it may ship with the project
    SOURCE: str  # where a person gets it
    TREE: tuple[str, ...]  # what must lie under root

    def validate(self, root: Path) -> Report:
        """Listen to every recording once and report what is wrong."""

    def tracks(self, root: Path, log: ProblemLog | None = None) -> Iterator[AudioTrack]:
        """Yield every recording that the folder holds; what cannot be one goes to the log."""


def audio_files(root: Path) -> list[Path]:
    """Return the audio files of a folder, at any depth, by name; hidden files and folders are left out.

    Raises:
        InputError: when there is no such folder, or no audio in it.
    """
    if not root.is_dir():
        raise InputError(f"no such folder of recordings: {root}")
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder, name) for name in sorted(files) if not name.startswith(".")]
    audio = [path for path in found if path.suffix.lower() in AUDIO_SUFFIXES]
    if not audio:
        raise InputError(f"no valid audio found in {root}; it needs {', '.join(sorted(AUDIO_SUFFIXES))} files")
    return audio
