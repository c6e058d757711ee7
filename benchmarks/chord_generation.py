"""`python -m benchmarks.chord_generation`: everything that is promised of the chord generator, in one run.

| part | question |
|---|---|
| prediction | does it predict held-out songs better than an n-gram with a memory of the song? |
| conditioning | do genre, mood and key move what it writes, and does it copy? |
| realism | do its progressions stand beside real ones, and closer than those of a 5-gram? |
| harmonisation | do its chords fit a melody? |
| speed | how fast does a progression come, and is the exported model the trained one? |

Each part is a command of its own too: `benchmarks.chord_prediction`, `.chord_conditioning`, `.chord_realism`,
`.chord_harmonization`, `.chord_speed`. All but the last need the corpora in the folder that CONSORT_DATA names.

    python -m benchmarks.chord_generation --checkpoint checkpoints/chord_generator/song \
        --classic checkpoints/chord_generator/classic
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import chord_conditioning, chord_harmonization, chord_prediction, chord_realism, chord_speed
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.errors import unknown_choice

COMMAND = "python -m benchmarks.chord_generation"
Measured = tuple[list[dict[str, Any]], list[Bar]]


@dataclass
class ChordGenerationConfig:
    """`benchmarks.chord_generation`: prediction, conditioning, realism, harmonisation and speed."""

    checkpoint: str = option("", help="run folder of the song network; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    classic: str = option("", help="run folder of a classic network, for comparison; empty = leave it out")
    songs: str = option("", help="predict every song of this file instead of the run's own test songs")
    parts: str = option("", help="some of the parts, separated by commas; empty = all")
    guidance: float = option(1.0, help="weight of classifier-free guidance in what is generated", minimum=0)
    repeats: int = option(15, help="progressions of 12 chords on which each way is timed", minimum=1)
    output_dir: str = option(str(RESULTS), help="folder of chord_generation.json")


def parts_of(folder: Path, config: ChordGenerationConfig) -> dict[str, Callable[[], Measured]]:
    """Return the parts by name, each ready to be measured."""

    def speed() -> Measured:
        rows, bars = chord_speed.measure(folder, config.repeats)
        if config.classic:
            more, others = chord_speed.measure(Path(config.classic), config.repeats, "classic network, ")
            rows, bars = rows + more, bars + others
        return rows, bars

    return {
        "prediction": lambda: chord_prediction.measure(folder, config.classic, config.songs),
        "conditioning": lambda: chord_conditioning.measure(folder, guidance=config.guidance),
        "realism": lambda: chord_realism.measure(folder, guidance=config.guidance),
        "harmonisation": lambda: chord_harmonization.measure(folder),
        "speed": speed,
    }


@entry_point(ChordGenerationConfig)
def main(config: ChordGenerationConfig) -> None:
    """Measure the parts, print their tables and write all as one JSON."""
    from sequence_models.chord_generator import run_folder

    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.FINAL_MODEL)
    parts = parts_of(folder, config)
    chosen = [name.strip() for name in config.parts.split(",")] if config.parts else list(parts)
    rows: list[dict[str, Any]] = []
    bars: list[Bar] = []
    for name in chosen:
        if name not in parts:
            raise unknown_choice("part", name, tuple(parts))
        found, promised = parts[name]()
        print(f"\n{name}\n{format_table(found)}\n\n{format_bars(promised)}", flush=True)
        rows += [{"part": name, **row} for row in found]
        bars += promised
    print(f"written: {write_benchmark('chord_generation', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
