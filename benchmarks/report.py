"""What every benchmark leaves: a table for people and `benchmarks/results/NAME.json` for machines.

The JSON holds the command, the git revision, the processor and its cores, the rows of the table, and `bars`:
one `{name, value, target, holds}` for each promise that the project makes. A promise that does not hold stays
in the list as false.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shared.files import write_json
from shared.runs import git_revision

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Bar:
    """One promise: what was measured, what was promised, and whether it holds."""

    name: str
    value: float
    target: float
    holds: bool

    @classmethod
    def at_least(cls, name: str, value: float, target: float) -> Bar:
        """Make a bar that holds when the value reaches the target."""
        return cls(name, value, target, value >= target)

    @classmethod
    def at_most(cls, name: str, value: float, target: float) -> Bar:
        """Make a bar that holds when the value does not exceed the target."""
        return cls(name, value, target, value <= target)


def write_benchmark(
    name: str,
    command: str,
    rows: Sequence[Mapping[str, Any]],
    bars: Sequence[Bar | Mapping[str, Any]],
    folder: Path = RESULTS,
) -> Path:
    """Write the JSON of a benchmark and return its path.

    Args:
        name: stem of the file.
        command: what a person types to repeat it.
        rows: the rows of the table, by column name.
        bars: the promises, kept or not.
        folder: where the file goes.
    """
    path = folder / f"{name}.json"
    content = {
        "command": command,
        "git_revision": git_revision(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "rows": [dict(row) for row in rows],
        "bars": [asdict(bar) if isinstance(bar, Bar) else dict(bar) for bar in bars],
    }
    write_json(path, content)
    return path


def processor() -> str:
    """Return the name of the processor as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown"


def format_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a plain-text table: a column per key of the first row, numbers to the right."""
    if not rows:
        return "(no rows)"
    columns = list(rows[0])
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    numeric = [isinstance(rows[0][column], int | float) for column in columns]

    def line(texts: Sequence[str]) -> str:
        padded = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, numeric, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(columns), line(["-" * width for width in widths]), *map(line, cells)])


def format_bars(bars: Sequence[Bar]) -> str:
    """Return one line per promise: kept or missed, with value and target."""
    return "\n".join(
        f"{'holds ' if bar.holds else 'MISSED'}  {bar.name}: {bar.value:.7g} (target {bar.target:.7g})" for bar in bars
    )


def _cell(value: Any) -> str:
    """Return a value as it stands in a table: four significant digits for fractions, nothing for None."""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return "" if value is None else str(value)
