"""MusicCaps: 5,521 clips of ten seconds, each with a list of aspects and a caption by a musician.

Tree: `musiccaps-public.csv.gz`, with `ytid`, `start_s`, `aspect_list`, `author_id` and others. Any table of this
schema is read alike (`clips`), by path. Ten musicians wrote the aspects, each in words of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from shared.datasets.disjoint_sets import DisjointSets
from shared.datasets.problems import Problem, ProblemLog, Report
from shared.datasets.tagged import ASPECT_COLUMN, Row, TaggedClip, read_table, tagged_rows

NAME = "musiccaps"
TITLE = "MusicCaps"
CITATION = "Agostinelli et al., MusicLM: Generating Music From Text, 2023"
LICENCE = "CC-BY-SA-4.0"
SHIPS = True
SOURCE = "https://huggingface.co/datasets/google/MusicCaps"
TREE: tuple[str, ...] = ("musiccaps-public.csv.gz",)


def validate(root: Path) -> Report:
    """Read every row once and report what is wrong."""
    if not (root / TREE[0]).is_file():
        return Report(0, (Problem(TREE[0], 0, f"missing in {root}"),))
    log = ProblemLog(warn=False)
    return log.report(sum(1 for _ in tracks(root, log)))


def tracks(root: Path, log: ProblemLog | None = None) -> Iterator[TaggedClip]:
    """Yield the clips of the published table."""
    return clips(root / TREE[0], log=log)


def clips(path: Path, column: str = ASPECT_COLUMN, log: ProblemLog | None = None) -> Iterator[TaggedClip]:
    """Yield the clips of a table of this schema.

    Raises:
        InputError: when the file cannot be read or lacks the column.
    """
    return clips_of(read_table(path), str(path), column, log)


def clips_of(
    rows: Iterable[tuple[int, Row]], source: str, column: str = ASPECT_COLUMN, log: ProblemLog | None = None
) -> Iterator[TaggedClip]:
    """Yield the clips of numbered rows of this schema; a row without `ytid` is a clip of its own.

    Rows of one recording are one group, and so are rows with the same text: an annotation that was used twice is one
    annotation. Where a column `group` says what belongs together (an artist's clips, say), texts do not: many artists
    have a clip that is tagged `piano`. A column `licence` states another licence than that of MusicCaps.

    Raises:
        InputError: when a row lacks the column, naming the source.
    """
    log = ProblemLog() if log is None else log
    found = [
        (str(row.get("ytid") or f"row-{number}"), row, tags)
        for number, row, tags in tagged_rows(rows, source, column, log)
    ]
    texts: dict[tuple[str, ...], str] = {}
    sets = DisjointSets()
    for name, row, tags in found:
        if row.get("group"):
            sets.union(name, f"group:{row['group']}")
            continue
        text = (*sorted(tag.casefold() for tag in tags), str(row.get("caption") or ""))
        sets.union(name, texts.setdefault(text, name))
    for name, row, tags in found:
        start = row.get("start_s")
        yield TaggedClip(
            id=name if start in (None, "") else f"{name}@{start}", dataset=NAME,
            licence=str(row.get("licence") or LICENCE), tags=tags, group=sets.find(name),
        )  # fmt: skip
