"""`python -m benchmarks.emotion`: every promise of the emotion pipeline, from words to music and back.

| part        | what                                                                                  |
|-------------|---------------------------------------------------------------------------------------|
| thesaurus   | its figures beside published norms                                                    |
| nets        | melody, harmony, dynamics and groove beside controls; what each net costs             |
| recognition | emotions heard in songs kept out, beside ridge regression and the mean                |
| obedience   | all 216 emotions composed and measured again                                          |

Each part is a command of its own, `python -m benchmarks.emotion_PART`, and a process of its own, since two of them need
different frameworks. It leaves `emotion_PART.json`; the rows and bars of all make `emotion.json`. A part that is not
asked for counts as it was last measured. Needs the corpora that CONSORT_DATA names.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS, Bar, format_bars, write_benchmark
from shared.cli import entry_point, option
from shared.errors import ConsortError, unknown_choice
from shared.files import read_json
from shared.runs import PROJECT_ROOT

COMMAND = "python -m benchmarks.emotion"
NAME = "emotion"
PARTS = ("thesaurus", "nets", "recognition", "obedience")


@dataclass
class EmotionConfig:
    """`benchmarks.emotion`: all figures of the emotion pipeline in one table of promises."""

    parts: str = option(",".join(PARTS), help="parts to measure now, separated by commas; empty = none, only gather")
    output_dir: str = option(str(RESULTS), help="folder of emotion.json and of the parts' files")


def measure(parts: Sequence[str], folder: Path) -> list[str]:
    """Run parts one after the other; return those that failed.

    Raises:
        InputError: for an unknown part, before any is run.
    """
    if odd := [part for part in parts if part not in PARTS]:
        raise unknown_choice("part", odd[0], PARTS)
    failed = []
    for part in parts:
        command = [sys.executable, "-m", f"benchmarks.{NAME}_{part}", "--output-dir", str(folder.resolve())]
        print(f"\n== {part}", flush=True)
        if subprocess.run(command, cwd=PROJECT_ROOT, check=False).returncode:
            failed.append(part)
    return failed


def gather(folder: Path) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the rows and bars of all parts that have been measured, each row with its part.

    Raises:
        ConsortError: when there is none.
    """
    rows: list[dict[str, Any]] = []
    bars: list[Bar] = []
    for part in PARTS:
        path = folder / f"{NAME}_{part}.json"
        if path.is_file():
            content = read_json(path)
            rows += [{"of": part, **row} for row in content["rows"]]
            bars += [Bar(**bar) for bar in content["bars"]]
    if not bars:
        raise ConsortError(f"{folder} holds no measured part; name some with --parts")
    return rows, bars


@entry_point(EmotionConfig)
def main(config: EmotionConfig) -> int:
    """Measure, gather, print the promises; the exit code is 1 when a part could not be measured."""
    folder = Path(config.output_dir)
    failed = measure([part.strip() for part in config.parts.split(",") if part.strip()], folder)
    rows, bars = gather(folder)
    print(f"\n{format_bars(bars)}")
    print(f"written: {write_benchmark(NAME, COMMAND, rows, bars, folder)}")
    if failed:
        print(f"error: {len(failed)} part(s) could not be measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
