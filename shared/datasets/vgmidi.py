"""VGMIDI: piano arrangements of game music; about 30 listeners each moved a point over valence and arousal.

Tree: `labels.csv` with `piece`, `midi`, `valence_mean`, `arousal_mean` (-1..1; listeners whose series hardly moves in
rank were dropped, as upstream does), `annotations_raw.zip` (piece -> the series of every listener, about a value for
each measure) and `midi.zip`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.datasets.archives import open_archive, read_member, table
from shared.datasets.emotion_music import EmotionPiece
from shared.datasets.problems import ProblemLog, Report
from shared.datasets.validate import validate_tree
from shared.errors import InputError
from shared.music.emotion_point import checked

NAME = "vgmidi"
TITLE = "VGMIDI"
CITATION = "Ferreira and Whitehead, Learning to Generate Music with Sentiment, ISMIR 2019"
LICENCE = "MIT"
SHIPS = True
SOURCE = "https://github.com/lucasnfe/vgmidi, commit 1e62f0af8c86; MIT as distributed in lucasnfe/bardo-composer"
TREE: tuple[str, ...] = ("labels.csv", "annotations_raw.zip", "midi.zip")

_COLUMNS = ("piece", "midi", "valence_mean", "arousal_mean")
_SERIES = "annotations_raw.json"


def validate(root: Path) -> Report:
    """Read every piece once and report what is wrong."""
    return validate_tree(root, TREE, tracks)


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[EmotionPiece]:
    """Yield the pieces with the mean valence and arousal over listeners.

    Raises:
        InputError: when a file is missing or broken as a whole.
    """
    log = ProblemLog() if log is None else log
    rows = table(root / TREE[0], _COLUMNS)
    with open_archive(root / TREE[1]) as raw, open_archive(root / TREE[2]) as scores:
        try:
            listeners = json.loads(read_member(raw, _SERIES))
        except ValueError as error:
            raise InputError(f"{root / TREE[1]}: {_SERIES} is not JSON; fetch it again") from error
        for line, (piece, row) in enumerate(rows.items(), start=2):
            try:
                found = EmotionPiece(
                    id=piece, dataset=NAME, licence=LICENCE, midi=read_member(scores, row["midi"]), group=piece,
                    valence=_number(row, "valence_mean"), arousal=_number(row, "arousal_mean"),
                    series=_series(listeners.get(piece, {})),
                )  # fmt: skip
                found.notes()
            except InputError as error:
                log.add(TREE[0], line, str(error))
                continue
            yield found


def _number(row: dict[str, str], column: str) -> float:
    try:
        return checked(column.removesuffix("_mean"), float(row[column]))
    except ValueError:
        raise InputError(f"{column} is '{row[column]}'; give a number") from None


def _series(piece: dict[str, Any]) -> NDArray[np.float64] | None:
    """Return the mean over listeners [measures, 2]; None where they are missing or of unequal length."""
    pairs = [(person["valence"], person["arousal"]) for person in piece.get("annotators", [])]
    if not pairs or len({len(series) for pair in pairs for series in pair}) != 1:
        return None
    series: NDArray[np.float64] = np.array(pairs, dtype=np.float64).mean(axis=0).T
    return series
