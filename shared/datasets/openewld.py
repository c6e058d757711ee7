"""OpenEWLD: public-domain lead sheets (melody, chords, lyrics) in MusicXML, with genres from Discogs.

Tree: `songs.csv` (id, title, authors, genres, styles, file ...) and `leadsheets.zip` with `<id>.mxl`, each
a zip with one MusicXML score whose `<harmony>` elements hold the chords. Repeats are as printed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from shared.datasets.archives import member_names, open_archive, read_member, table
from shared.datasets.contract import LEAD_SHEET, ChordTrack, Label
from shared.datasets.musicxml import chord_name
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree
from shared.errors import InputError

NAME = "openewld"
TITLE = "OpenEWLD"
CITATION = "Simonetta et al., Symbolic Music Similarity through a Graph-Based Representation, Audio Mostly 2018"
LICENCE = "public-domain scores; genres CC0; other metadata MIT / CC-BY-NC-3.0"
SHIPS = True
SOURCE = "https://github.com/00sapo/OpenEWLD, commit ec03cbd809ca; titles and genres as CSV"
TREE: tuple[str, ...] = ("songs.csv", "leadsheets.zip")

_ARCHIVE = "leadsheets.zip"


def validate(root: Path) -> Report:
    """Read every score once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
    """Yield the lead sheets with the chords of each bar as printed; a bar without a change is empty."""
    log = log or ProblemLog()
    songs = table(root / "songs.csv", ("file", "title", "authors"))
    for member, bars in _chord_names(root, log):
        if not any(bars):
            log.add(f"{_ARCHIVE}/{member}", 0, "holds no chords")
            continue
        song = songs.get(member, {})
        yield ChordTrack(
            id=member.removesuffix(".mxl"),
            dataset=NAME,
            licence=LICENCE,
            title=song.get("title") or "",
            artist=song.get("authors") or "",
            dialect=LEAD_SHEET,
            bars=bars,
        )


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord name; its line is the bar."""
    for member, bars in _chord_names(root, ProblemLog()):
        for number, bar in enumerate(bars, start=1):
            for name in bar:
                yield Label(f"{_ARCHIVE}/{member}", number, name, LEAD_SHEET)


def scores(root: Path, log: ProblemLog) -> Iterator[tuple[str, ElementTree.Element]]:
    """Yield (member, score) of the archive; scores that cannot be read go to the log."""
    with open_archive(root / _ARCHIVE) as archive:
        for member in member_names(archive, log, suffix=".mxl"):
            try:
                score = ElementTree.fromstring(_score_xml(read_member(archive, member)))
            except (InputError, zipfile.BadZipFile, ElementTree.ParseError) as error:
                log.add(f"{_ARCHIVE}/{member}", 0, f"not a readable MusicXML score ({error})")
                continue
            yield member, score


def _chord_names(root: Path, log: ProblemLog) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Yield (member, chord names of each bar)."""
    for member, score in scores(root, log):
        measures = score.iterfind("part/measure")
        yield member, tuple(tuple(map(chord_name, measure.iter("harmony"))) for measure in measures)


def _score_xml(compressed: bytes) -> bytes:
    """Return the score inside a compressed MusicXML file."""
    with zipfile.ZipFile(io.BytesIO(compressed)) as archive:
        names = [name for name in archive.namelist() if not name.startswith("META-INF/")]
        scores = [name for name in names if name.endswith((".xml", ".musicxml"))]
        if not scores:
            raise InputError("it holds no score")
        return read_member(archive, scores[0])
