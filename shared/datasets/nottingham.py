"""Nottingham Music Database: folk tunes with chords, in ABC.

Tree: `abc.zip` with `<tune type>.abc`; tunes begin at `X:`, and chords stand in quotes before the note they
sound with, `|:"G"d2B|"D/f+"A3/2B/2c|`. The database spells qualities and basses in a way of its own, which is
turned into common names here: `Cd` diminished, `Ca` augmented, a bass in lower case with `+` for sharp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from shared.datasets.archives import texts
from shared.datasets.contract import LEAD_SHEET, ChordTrack, Label
from shared.datasets.git_folder import GitFolder
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree

NAME = "nottingham"
TITLE = "Nottingham Music Database"
CITATION = "Eric Foxley, Nottingham Music Database; as cleaned by the Jukedeck nottingham-dataset"
LICENCE = "GPL-3.0"
SHIPS = False
REPOSITORY = GitFolder(
    "https://github.com/jukedeck/nottingham-dataset",
    "0992bb6cd864f6d4b90d6663e08c0ef53ffaa08f",
    "ABC_cleaned",
)
SOURCE = str(REPOSITORY)
TREE: tuple[str, ...] = ("abc.zip",)

_ARCHIVE = "abc.zip"
_FIELD = re.compile(r"[A-Za-z]:")
# A quoted text, an inline field such as [K:D], a bar line of any kind, or something that sounds.
_ABC = re.compile(r'"(?P<text>[^"]*)"|\[[A-Za-z]:[^\]]*\]|(?P<bar>:?\|[:|\]]*|::)|(?P<note>[A-Ga-gxz])')
_CHORD = re.compile(r"(?P<root>[A-G][#b]?)(?P<quality>[^/\s]*)(?:/(?P<bass>[a-g])(?P<sign>[+b]?))?")
_QUALITIES = {"d": "dim", "a": "aug", "a7": "aug7"}


def validate(root: Path) -> Report:
    """Read every tune once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def download(root: Path) -> None:
    """Fetch the corpus into `root`.

    Raises:
        ConsortError: when git is missing or the repository cannot be reached.
    """
    REPOSITORY.download(".abc", root / _ARCHIVE)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
    """Yield the tunes with the chords of each bar as printed; a bar without a chord of its own is empty."""
    log = log or ProblemLog()
    for member, number, lines in tunes(root, log):
        bars = _bars(lines)
        if not any(bars):
            log.add(f"{_ARCHIVE}/{member}", number, "a tune without chords")
            continue
        yield ChordTrack(
            id=f"{member.removesuffix('.abc')}_{lines[0].removeprefix('X:').strip()}",
            dataset=NAME,
            licence=LICENCE,
            title=next((line[2:].strip() for line in lines if line.startswith("T:")), ""),
            artist="",
            dialect=LEAD_SHEET,
            bars=bars,
        )


def tunes(root: Path, log: ProblemLog) -> Iterator[tuple[str, int, list[str]]]:
    """Yield (file, line number of `X:`, lines) of each tune; what cannot be read goes to the log."""
    for member, text in texts(root / _ARCHIVE, log, suffix=".abc"):
        for number, lines in _tunes(text):
            yield member, number, lines


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord name."""
    for member, text in texts(root / _ARCHIVE, ProblemLog(), suffix=".abc"):
        for number, line in enumerate(text.splitlines(), start=1):
            for token in _tokens(line):
                if token not in ("|", "note"):
                    yield Label(f"{_ARCHIVE}/{member}", number, token, LEAD_SHEET)


def chord_name(text: str) -> str | None:
    """Return the common name of a quoted chord, or None when the quotes hold a remark.

    An optional chord, `(E7)`, counts as a chord.
    """
    found = _CHORD.fullmatch(text.strip().strip("()"))
    if found is None:
        return None
    quality = found["quality"]
    name = found["root"] + _QUALITIES.get(quality, quality)
    return f"{name}/{found['bass'].upper()}{found['sign'].replace('+', '#')}" if found["bass"] else name


def _tunes(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number of `X:`, lines) of each tune."""
    start, lines = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("X:"):
            if lines:
                yield start, lines
            start, lines = number, [line]
        elif lines:
            lines.append(line)
    if lines:
        yield start, lines


def _tokens(line: str) -> Iterator[str]:
    """Yield the chord names of a music line, with `|` for bar lines and `note` for what sounds."""
    if _FIELD.match(line) or line.startswith("%"):
        return
    for found in _ABC.finditer(line.partition("%")[0]):
        if found["bar"]:
            yield "|"
        elif found["note"]:
            yield "note"
        elif found["text"] is not None and (name := chord_name(found["text"])):
            yield name


def _bars(lines: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return the chords of each bar in which something sounds."""
    bars: list[tuple[str, ...]] = []
    chords: list[str] = []
    sounds = False
    for token in [token for line in lines for token in _tokens(line)] + ["|"]:
        if token != "|":
            sounds = True
            chords += [] if token == "note" else [token]
        elif sounds:
            bars.append(tuple(chords))
            chords, sounds = [], False
    return tuple(bars)
