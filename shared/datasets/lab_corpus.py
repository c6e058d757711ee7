"""What the corpora of timed chords have in common: a zip of `.lab` files and a table of the songs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.datasets.archives import table, texts
from shared.datasets.contract import HARTE, ChordTrack, Label
from shared.datasets.lab import parse_lab
from shared.datasets.problems import ProblemLog


@dataclass(frozen=True)
class LabCorpus:
    """Where such a corpus keeps things; `columns` are those of id, title and artist in `songs`."""

    name: str
    licence: str
    archive: str
    songs: str
    columns: tuple[str, str, str]
    prefix: str = ""
    suffix: str = ".lab"

    def tracks(self, root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
        """Yield the annotated songs by id; a song that the table lacks has no title.

        Raises:
            InputError: when the archive or the table is missing or broken as a whole.
        """
        log = log or ProblemLog()
        songs = table(root / self.songs, self.columns)
        _, title, artist = self.columns
        for member, text in texts(root / self.archive, log, self.prefix, self.suffix):
            timed = parse_lab(text, f"{self.archive}/{member}", log)
            if timed is None:
                continue
            track_id = member[len(self.prefix) : -len(self.suffix)]
            song = songs.get(track_id, {})
            yield ChordTrack(
                id=track_id,
                dataset=self.name,
                licence=self.licence,
                title=song.get(title) or "",
                artist=song.get(artist) or "",
                dialect=HARTE,
                timed=timed,
            )

    def labels(self, root: Path, suffix: str = "") -> Iterator[Label]:
        """Yield every label of the members with `suffix` (that of the tracks, if none is given)."""
        for member, text in texts(root / self.archive, ProblemLog(), self.prefix, suffix or self.suffix):
            for number, line in enumerate(text.splitlines(), start=1):
                fields = line.split(maxsplit=2)
                if len(fields) == 3:
                    yield Label(f"{self.archive}/{member}", number, fields[2].strip(), HARTE)
