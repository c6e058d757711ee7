"""The loop that every recognizer's own process runs: recordings in on stdin, results out to a file.

This file and its neighbours run in the recognizers' environments, so they import nothing of the project but each
other. In and out are JSON lines:

    in    {"path", "duration_s"}
    out   {"begun": path}                              before each recording: says which one a crash belongs to
          {"path", "rows": [[start_s, end_s, label]], "seconds"}     or  {"path", "error"}
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = tuple[float, float, str]
Recognise = Callable[[str, float], list[Row]]


def run_batch(recognise: Recognise) -> None:
    """Recognise every recording that stdin names; what fails is written down and the next one follows.

    Args:
        recognise: takes the path and length in seconds of a recording, returns rows of start, end and label.
    """
    # A file of its own: what the libraries print to stdout is no result.
    with Path(sys.argv[1]).open("a", encoding="utf-8", buffering=1) as out:
        for line in sys.stdin:
            recording = json.loads(line)
            path = recording["path"]
            _write(out, {"begun": path})
            started = time.perf_counter()
            try:
                rows = recognise(path, recording["duration_s"])
            except Exception as error:  # whatever a library raises, the batch goes on
                _write(out, {"path": path, "error": f"{type(error).__name__}: {error}"})
                continue
            seconds = time.perf_counter() - started
            plain = [[float(start), float(end), str(label)] for start, end, label in rows]
            _write(out, {"path": path, "rows": plain, "seconds": seconds})


def rows_of_changes(changes: list[tuple[float, str]], duration_s: float) -> list[Row]:
    """Return rows of chords that each last until the next, the last one until the end."""
    ends = [start for start, _ in changes[1:]] + [duration_s]
    return [(start, end, label) for (start, label), end in zip(changes, ends, strict=True)]


def _write(out: Any, result: dict[str, Any]) -> None:
    out.write(json.dumps(result) + "\n")
