"""`python -m benchmarks.emotion_thesaurus`: the figures of the thesaurus beside ratings that it was not made from.

Spearman's rank correlation with the ratings of Warriner, Kuperman and Brysbaert 2013 over the nodes whose word both
have. The control is the mean over each node's basic emotion, what a thesaurus of six emotions would say. The ratings
are read to compare, never copied. They are no independent witness: EmoMap's ratings were inferred from
them. Needs `emotion-lexicons` below CONSORT_DATA.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.errors import ConsortError
from shared.files import open_text
from shared.metrics.emotion import spearman
from shared.music.emotion import Thesaurus, thesaurus

COMMAND = "python -m benchmarks.emotion_thesaurus"
RATINGS_FILE = "Ratings_Warriner_et_al.csv.gz"
COLUMNS = {"valence": "V.Mean.Sum", "arousal": "A.Mean.Sum", "dominance": "D.Mean.Sum"}
TARGETS = {"valence": 0.85, "arousal": 0.75}


@dataclass
class EmotionThesaurusConfig:
    """`benchmarks.emotion_thesaurus`: the thesaurus beside the norms of Warriner et al."""

    output_dir: str = option(str(RESULTS), help="folder of emotion_thesaurus.json")


def warriner(path: Path) -> dict[str, dict[str, float]]:
    """Return valence, arousal and dominance (-1..1) of the rated words.

    Raises:
        InputError: when the file cannot be read.
    """
    with open_text(path) as stream:
        return {
            row["Word"]: {name: (float(row[column]) - 5) / 4 for name, column in COLUMNS.items()}
            for row in csv.DictReader(stream)
        }


def measure(nodes: Thesaurus, norms: Mapping[str, Mapping[str, float]]) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the rows of the table and the bars."""
    shared = [node for node in nodes if node.word in norms]
    rows: list[dict[str, Any]] = []
    for name in COLUMNS:
        ours = np.array([getattr(node.point, name) for node in shared])
        theirs = np.array([norms[node.word][name] for node in shared])
        basics = np.array([node.path[0] for node in shared])
        control = np.array([ours[basics == basic].mean() for basic in basics])
        rows.append(
            {"figure": name, "words": len(shared), "spearman": spearman(ours, theirs),
             "basic emotion alone": spearman(control, theirs)}
        )  # fmt: skip
    bars = [
        Bar.at_least(f"thesaurus: Spearman of {row['figure']} with Warriner", row["spearman"], TARGETS[row["figure"]])
        for row in rows
        if row["figure"] in TARGETS
    ]
    return rows, bars


def run() -> tuple[list[dict[str, Any]], list[Bar]]:
    """Measure the thesaurus that ships.

    Raises:
        ConsortError: when CONSORT_DATA is not set.
    """
    if not os.environ.get("CONSORT_DATA"):
        raise ConsortError("set CONSORT_DATA to the folder of the corpora; emotion-lexicons is needed")
    return measure(thesaurus(), warriner(Path(os.environ["CONSORT_DATA"]) / "emotion-lexicons" / RATINGS_FILE))


@entry_point(EmotionThesaurusConfig)
def main(config: EmotionThesaurusConfig) -> None:
    """Print the table and write the JSON."""
    rows, bars = run()
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('emotion_thesaurus', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
