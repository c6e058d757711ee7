"""The part of `validate` that is the same for every dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from shared.datasets.problems import Problem, ProblemLog, Report
from shared.errors import ConsortError


def validate_tree(root: Path, tree: tuple[str, ...], tracks: Callable[[Path, ProblemLog], Iterator[object]]) -> Report:
    """Report the files of `tree` that `root` lacks; when all are there, read every track once."""
    missing = tuple(Problem(name, 0, f"missing in {root}") for name in tree if not (root / name).exists())
    if missing:
        return Report(0, missing)
    log = ProblemLog(warn=False)
    n_tracks = 0
    try:
        for _ in tracks(root, log):
            n_tracks += 1
    except ConsortError as error:
        log.add(str(root), 0, str(error))
    return log.report(n_tracks)
