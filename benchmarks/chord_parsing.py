"""`python -m benchmarks.chord_parsing`: does the parser read every chord label of the public corpora?

Counts labels as the corpora spell them, repeats included, and lists every spelling that cannot be read.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.datasets.contract import HARTE, LEAD_SHEET, UNIFIED, Label
from shared.datasets.registry import DATASETS
from shared.errors import ConsortError, InputError
from shared.music.chords import Chord, parse, parse_harte
from shared.music.lead_sheet import parse_lead_sheet

COMMAND = "python -m benchmarks.chord_parsing"
PARSERS: dict[str, Callable[[str], Chord]] = {
    HARTE: parse_harte,
    LEAD_SHEET: parse_lead_sheet,
    UNIFIED: parse,
}
# The share of labels, repeats counted, that each dialect's parser promises to read.
TARGETS = {HARTE: 1.0, LEAD_SHEET: 0.995, UNIFIED: 1.0}


@dataclass
class ChordParsingConfig:
    """Read every chord label of the corpora in CONSORT_DATA and report the share that parses."""

    data: str = option("", help="folder of the corpora; left out, the one that CONSORT_DATA names")
    out: Path = option(RESULTS, help="folder for chord_parsing.json")


def measure(name: str, labels: Iterable[Label]) -> list[dict[str, Any]]:
    """Return one row per dialect of a corpus: its labels, the share that parses, and the rest by spelling."""
    spellings: dict[str, Counter[str]] = {}
    for label in labels:
        spellings.setdefault(label.dialect, Counter())[label.text] += 1
    return [_row(name, dialect, counts) for dialect, counts in spellings.items()]


def _row(name: str, dialect: str, counts: Counter[str]) -> dict[str, Any]:
    failures = {text: count for text, count in counts.most_common() if not _parses(text, dialect)}
    n_labels = counts.total()
    return {
        "corpus": name,
        "dialect": dialect,
        "labels": n_labels,
        "distinct": len(counts),
        "parsed": (n_labels - sum(failures.values())) / n_labels,
        "failures": failures,
    }


def _parses(text: str, dialect: str) -> bool:
    """Tell whether the parser of the dialect reads a label."""
    try:
        PARSERS[dialect](text)
    except InputError:
        return False
    return True


def bars_of(rows: Iterable[dict[str, Any]]) -> list[Bar]:
    """Return one bar per corpus and dialect, and one per dialect over all corpora."""
    rows = list(rows)
    bars = [
        Bar.at_least(
            f"{row['corpus']}: share of {row['dialect']} labels parsed",
            row["parsed"],
            TARGETS[row["dialect"]],
        )
        for row in rows
    ]
    for dialect in dict.fromkeys(row["dialect"] for row in rows):
        of_dialect = [row for row in rows if row["dialect"] == dialect]
        n_labels = sum(row["labels"] for row in of_dialect)
        n_failed = sum(sum(row["failures"].values()) for row in of_dialect)
        bars.append(
            Bar.at_least(f"all {dialect} labels: share parsed", (n_labels - n_failed) / n_labels, TARGETS[dialect])
        )
    return bars


def corpora(data: str) -> list[tuple[str, Path]]:
    """Return (name, folder) of the datasets that lie in a folder, `CONSORT_DATA` if none is given.

    Raises:
        ConsortError: when there is no such folder or none of the datasets in it.
    """
    folder = data or os.environ.get("CONSORT_DATA", "")
    if not folder:
        raise ConsortError("set CONSORT_DATA (or --data) to the folder of the chord corpora")
    found = [(name, Path(folder) / name) for name in DATASETS if (Path(folder) / name).is_dir()]
    if not found:
        raise ConsortError(f"{folder} holds none of the datasets {', '.join(DATASETS)}")
    return found


@entry_point(ChordParsingConfig)
def main(config: ChordParsingConfig) -> None:
    """Measure, print the table, write the JSON."""
    rows = [row for name, root in corpora(config.data) for row in measure(name, DATASETS[name].labels(root))]
    bars = bars_of(rows)
    print(format_table([{**row, "parsed": f"{row['parsed']:.4%}", "failures": len(row["failures"])} for row in rows]))
    for row in rows:
        for text, count in row["failures"].items():
            print(f"not parsed: {row['corpus']} ({row['dialect']}): {text!r} x {count}")
    print(format_bars(bars))
    print(f"written: {write_benchmark('chord_parsing', COMMAND, rows, bars, config.out)}")


if __name__ == "__main__":
    sys.exit(main())
