"""Norms of words and sentences that the thesaurus stands on: EmoMap and EmoBank.

Tree: `Warriner_BE.tsv.gz` (Word, Joy, Anger, Sadness, Fear, Disgust: 1..5, 13,915 English words) and `emobank.csv.gz`
(10,062 sentences with V, A, D: 1..5, and a split). EmoMap's five ratings were inferred by their authors from the
ratings of Warriner et al. 2013; those themselves are not read here, their licence forbids altered copies.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.datasets.problems import Problem, Report
from shared.errors import InputError
from shared.files import open_text

NAME = "emotion-lexicons"
TITLE = "EmoMap and EmoBank"
CITATION = (
    "Buechel and Hahn, Emotion Representation Mapping for Automatic Lexicon Construction, COLING 2018; "
    "Buechel and Hahn, EmoBank, EACL 2017"
)
LICENCE = "CC-BY-SA-4.0"  # of EmoBank; EmoMap is MIT
SHIPS = True
SOURCE = (
    "https://github.com/JULIELab/EmoMap, commit 4855654c5dfa; https://github.com/JULIELab/EmoBank, commit 248ce2a43e16"
)
TREE: tuple[str, ...] = ("Warriner_BE.tsv.gz", "emobank.csv.gz")

RATINGS = ("joy", "anger", "sadness", "fear", "disgust")


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of EmoBank with valence, arousal and dominance [3], 1..5."""

    text: str
    vad: NDArray[np.float64]


def validate(root: Path) -> Report:
    """Read both files once and report what is wrong."""
    missing = tuple(Problem(name, 0, f"missing in {root}") for name in TREE if not (root / name).is_file())
    return Report(0, missing) if missing else Report(len(ratings(root)) + len(sentences(root)))


def ratings(root: Path) -> dict[str, tuple[float, ...]]:
    """Return the five ratings of every word, in the order of `RATINGS`, 1..5.

    Raises:
        InputError: when the file cannot be read.
    """
    columns = ("Word", *(name.capitalize() for name in RATINGS))
    return {row[0]: tuple(float(cell) for cell in row[1:]) for row in _rows(root / TREE[0], columns, "\t")}


def sentences(root: Path) -> list[Sentence]:
    """Return the sentences of EmoBank.

    Raises:
        InputError: when the file cannot be read.
    """
    rows = _rows(root / TREE[1], ("text", "V", "A", "D"), ",")
    return [Sentence(text, np.array([float(cell) for cell in cells])) for text, *cells in rows]


def _rows(path: Path, columns: tuple[str, ...], delimiter: str) -> list[list[str]]:
    """Return the cells of these columns, row by row."""
    try:
        with open_text(path) as stream:
            reader = csv.DictReader(stream, delimiter=delimiter)
            if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
                raise InputError(f"{path} lacks the column '{missing[0]}'; expected {', '.join(columns)}")
            return [[row[name] for name in columns] for row in reader]
    except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
        raise InputError(f"{path} is not a readable table: {error}") from error
