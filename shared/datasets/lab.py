"""Timed chord annotations: lines of start, end (seconds) and label.

Two habits of published files are mended on reading (mir_eval refuses both): neighbouring intervals that
overlap or part by rounding, up to 6e-12 s in McGill Billboard, are snapped together; blank lines are skipped.
"""

from __future__ import annotations

import math

import numpy as np

from shared.datasets.contract import TimedChords
from shared.datasets.problems import ProblemLog

# Differences below this are rounding, not music: a hundredth of a second is half a video frame.
SNAP_S = 0.01


def parse_lab(text: str, file: str, log: ProblemLog) -> TimedChords | None:
    """Read the lines of a `.lab` file; lines that cannot be used go to the log.

    Returns:
        The annotation, or None when no line can be used (the log says so).
    """
    rows: list[tuple[float, float, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        row = _parse_line(line)
        if row is None:
            log.add(file, number, f"expected 'start end label', times in seconds, not '{line.strip()[:60]}'")
        elif rows and row[0] < rows[-1][0] - SNAP_S:
            log.add(file, number, f"starts at {row[0]} s, before the line above it")
        else:
            rows.append(row)
    if not rows:
        log.add(file, 0, "holds no chord annotation")
        return None
    return _snapped(rows, file, log)


def format_lab(timed: TimedChords) -> str:
    """Return the lines of a `.lab` file, times to the microsecond: what `parse_lab` reads."""
    rows = zip(timed.intervals_s.tolist(), timed.labels, strict=True)
    return "".join(f"{start:.6f}\t{end:.6f}\t{label}\n" for (start, end), label in rows)


def _parse_line(line: str) -> tuple[float, float, str] | None:
    """Return (start, end, label), or None when the line is not that."""
    fields = line.split(maxsplit=2)
    try:
        start, end, label = float(fields[0]), float(fields[1]), fields[2].strip()
    except (ValueError, IndexError):
        return None
    plausible = math.isfinite(start) and math.isfinite(end) and 0 <= start <= end + SNAP_S
    return (start, end, label) if plausible else None


def _snapped(rows: list[tuple[float, float, str]], file: str, log: ProblemLog) -> TimedChords | None:
    """Join neighbours that differ by rounding, cut real overlaps (logged), drop what has no length."""
    starts = np.array([row[0] for row in rows])
    ends = np.array([row[1] for row in rows])
    overlap = ends[:-1] - starts[1:]
    for index in np.flatnonzero(overlap > SNAP_S):
        log.add(file, 0, f"the chord at {starts[index]} s ran {overlap[index]:.3f} s into the next and was cut")
    ends[:-1] = np.where(overlap > -SNAP_S, starts[1:], ends[:-1])
    # A start may lie behind its neighbour by rounding alone: times never run backwards.
    ends = np.maximum.accumulate(ends)
    starts[1:] = np.maximum(starts[1:], ends[:-1])
    kept = np.flatnonzero(ends > starts)
    if not len(kept):
        log.add(file, 0, "no interval has a length")
        return None
    return TimedChords(np.stack([starts, ends], axis=1)[kept], tuple(rows[index][2] for index in kept))
