"""Rolling Stone 200: rock songs with Harte chords by two analysts, bar by bar, in Humdrum.

Tree: `songs.csv` (id, title, artist ...) and `humdrum.zip` with `<id>.hum`: tab-separated columns, of which
two are headed `**harte`; `=12` starts bar 12, `.` holds what sounds, and a flat root is written `B-`. The
tracks are those of the first analyst (de Clercq).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.datasets.archives import table, texts
from shared.datasets.contract import HARTE, ChordTrack, Label
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree

NAME = "rs200"
TITLE = "Rolling Stone corpus"
CITATION = "de Clercq and Temperley, A corpus analysis of rock harmony, Popular Music 30:1 (2011)"
LICENCE = "none stated in CoCoPops; CC-BY-4.0 in ChoCo"
SHIPS = False
SOURCE = "https://github.com/Computational-Cognitive-Musicology-Lab/CoCoPops, commit 6b04f4f99477, RollingStone"
TREE: tuple[str, ...] = ("songs.csv", "humdrum.zip")

_ARCHIVE = "humdrum.zip"


def validate(root: Path) -> Report:
    """Read every song once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
    """Yield the songs with their chords in bars; a bar in which nothing changes is empty."""
    log = log or ProblemLog()
    songs = table(root / "songs.csv", ("id", "title", "artist"))
    for member, text in texts(root / _ARCHIVE, log, suffix=".hum"):
        track_id = member.removesuffix(".hum")
        bars = _bars(text)
        if not any(bars):
            log.add(f"{_ARCHIVE}/{member}", 0, "holds no **harte column with chords")
            continue
        song = songs.get(track_id, {})
        yield ChordTrack(
            id=track_id,
            dataset=NAME,
            licence=LICENCE,
            title=song.get("title") or "",
            artist=song.get("artist") or "",
            dialect=HARTE,
            bars=bars,
        )


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord label of both analysts."""
    for member, text in texts(root / _ARCHIVE, ProblemLog(), suffix=".hum"):
        for number, _, chords in _rows(text):
            for label in chords:
                if label is not None:
                    yield Label(f"{_ARCHIVE}/{member}", number, label, HARTE)


def _rows(text: str) -> Iterator[tuple[int, bool, list[str | None]]]:
    """Yield (line, whether it starts a bar, the label of each analyst or None) for the rows of the spines."""
    columns: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split("\t")
        if line.startswith("**"):
            columns = [index for index, name in enumerate(fields) if name == "**harte"]
        elif line.startswith("="):
            yield number, True, []
        elif line and line[0] not in "*!":
            spines = [fields[index] for index in columns if index < len(fields)]
            yield number, False, [None if spine == "." else _flats(spine) for spine in spines]


def _bars(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the first analyst's labels, bar by bar."""
    bars: list[list[str]] = []
    for _, starts_bar, chords in _rows(text):
        if starts_bar:
            bars.append([])
        elif bars and chords and chords[0] is not None:
            bars[-1].append(chords[0])
    return tuple(tuple(bar) for bar in bars)


def _flats(label: str) -> str:
    """Turn Humdrum's flats of the root (`B-:maj`) into Harte's (`Bb:maj`)."""
    root, colon, rest = label.partition(":")
    return root.replace("-", "b") + colon + rest
