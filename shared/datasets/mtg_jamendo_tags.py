"""MTG-Jamendo: tags of 55,525 tracks by those who uploaded them: genre, instrument, mood and theme.

Tree: `tags.tsv.gz` with `track_id`, `artist_id` and `tags` (`kind---tag`, separated by spaces). Artists are groups: one
artist tags alike. Not for weights that ship: the metadata may not be used commercially.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.datasets.problems import Problem, ProblemLog, Report
from shared.datasets.tagged import TaggedClip
from shared.errors import InputError
from shared.files import open_text

NAME = "mtg-jamendo-tags"
TITLE = "MTG-Jamendo tags"
CITATION = "Bogdanov et al., The MTG-Jamendo Dataset for Automatic Music Tagging, ML4MD, ICML 2019"
LICENCE = "CC-BY-NC-SA-4.0"
SHIPS = False
SOURCE = "https://github.com/MTG/mtg-jamendo-dataset, commit 1b4fa8c32e07, split-0 files joined by track"
TREE: tuple[str, ...] = ("tags.tsv.gz",)

KINDS = ("genre", "instrument", "mood")
_COLUMNS = ("track_id", "artist_id", "tags")


def validate(root: Path) -> Report:
    """Read every track once and report what is wrong."""
    if not (root / TREE[0]).is_file():
        return Report(0, (Problem(TREE[0], 0, f"missing in {root}"),))
    log = ProblemLog(warn=False)
    return log.report(sum(1 for _ in tracks(root, log)))


def tracks(root: Path, log: ProblemLog | None = None, kinds: Sequence[str] = KINDS) -> Iterator[TaggedClip]:
    """Yield the tracks that have tags of the kinds, as `kind---tag`.

    Raises:
        InputError: when the table cannot be read or lacks a column.
    """
    log = ProblemLog() if log is None else log
    path = root / TREE[0]
    try:
        with open_text(path) as stream:
            reader = csv.DictReader(stream, delimiter="\t")
            if lacking := [name for name in _COLUMNS if name not in (reader.fieldnames or ())]:
                raise InputError(f"{path} has no column '{lacking[0]}'")
            for row in reader:
                if None in row.values() or not row["tags"].strip():
                    log.add(str(path), reader.line_num, "the row is not complete")
                    continue
                tags = tuple(tag for tag in row["tags"].split() if tag.partition("---")[0] in kinds)
                if tags:
                    yield TaggedClip(
                        id=row["track_id"], dataset=NAME, licence=LICENCE, tags=tags, group=row["artist_id"]
                    )
    except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
        raise InputError(f"{path} is not a readable table: {error}") from error
