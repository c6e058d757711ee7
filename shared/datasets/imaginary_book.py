"""Imaginary Book: chord lead sheets of jazz standards and tunes, from the program Impro-Visor.

Tree: `leadsheets.zip` with `<Name>.ls`: settings in parentheses (`(title 26-2)`, `(key -1)`, `(part ...)`),
and outside them the bars, `Bb7 | Eb7 / | NC |`, where `/` repeats the chord and `NC` is no chord. A part
with a melody has notes in lower case there.
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

NAME = "imaginary-book"
TITLE = "Imaginary Book"
CITATION = "Keller et al., Impro-Visor (Harvey Mudd College), its collection of chord lead sheets"
LICENCE = "GPL-2.0"
SHIPS = False
REPOSITORY = GitFolder(
    "https://github.com/Impro-Visor/Impro-Visor",
    "550bbb554962249aceb0e82a72142e3e5b3c0d4a",
    "leadsheets/imaginary-book",
)
SOURCE = str(REPOSITORY)
TREE: tuple[str, ...] = ("leadsheets.zip",)

_ARCHIVE = "leadsheets.zip"
_MELODY = "(type melody)"


def validate(root: Path) -> Report:
    """Read every lead sheet once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def download(root: Path) -> None:
    """Fetch the corpus into `root`.

    Raises:
        ConsortError: when git is missing or the repository cannot be reached.
    """
    REPOSITORY.download(".ls", root / _ARCHIVE)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[ChordTrack]:
    """Yield the lead sheets with the chords of each bar, as written."""
    log = log or ProblemLog()
    for member, text in texts(root / _ARCHIVE, log, suffix=".ls"):
        bars = _bars(_chord_words(text))
        if not any(bars):
            log.add(f"{_ARCHIVE}/{member}", 0, "holds no chords")
            continue
        yield ChordTrack(
            id=member.removesuffix(".ls"),
            dataset=NAME,
            licence=LICENCE,
            title=_setting(text, "title"),
            artist=_setting(text, "composer"),
            dialect=LEAD_SHEET,
            bars=bars,
        )


def labels(root: Path) -> Iterator[Label]:
    """Yield every chord name."""
    for member, text in texts(root / _ARCHIVE, ProblemLog(), suffix=".ls"):
        for number, word in _chord_words(text):
            if word not in ("|", "/"):
                yield Label(f"{_ARCHIVE}/{member}", number, word, LEAD_SHEET)


def _setting(text: str, name: str) -> str:
    """Return the value of the first setting of that name, or an empty string."""
    found = re.search(rf"\({name} ([^()\n]*)\)", text)
    return found.group(1).strip() if found else ""


def _chord_words(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, word) outside the parentheses: chord names, `|` and `/`; notes are left out."""
    depth = 0
    for number, line in enumerate(text.partition(_MELODY)[0].splitlines(), start=1):
        outside = []
        for character in line:
            depth = max(depth + (character == "(") - (character == ")"), 0)
            outside.append(character if depth == 0 and character != ")" else " ")
        for word in "".join(outside).replace("|", " | ").split():
            if word in ("|", "/") or word[0].isupper():
                yield number, word


def _bars(words: Iterator[tuple[int, str]]) -> tuple[tuple[str, ...], ...]:
    """Return the chords of each bar; a repeat sign at its start brings the chord that sounds."""
    bars: list[list[str]] = [[]]
    sounding: list[str] = []
    for _, word in words:
        if word == "|":
            bars.append([])
        elif word == "/":
            bars[-1] += [] if bars[-1] else sounding
        else:
            sounding = [word]
            bars[-1].append(word)
    # The last bar line closes the tune: nothing follows it.
    return tuple(tuple(bar) for bar in (bars if bars[-1] else bars[:-1]))
