"""`python -m benchmarks.chord_memory`: the peak memory of recognising a long recording, beside a short one.

Each recording is recognised by `predict` in a process of its own, whose largest resident set the system tells. A
recording is heard in windows and decoded in segments of six minutes, so an hour may cost no more than ten minutes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peak_memory import peak_mb
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.shipped import model_file

COMMAND = "python -m benchmarks.chord_memory"
RATE = 44_100
_BLOCK_S = 60
SHORT_MINUTES = 10
MB_PER_MINUTE = 0.5  # for the chords themselves, and what an allocator does not give back


@dataclass
class ChordMemoryConfig:
    """`benchmarks.chord_memory`: peak memory by length of the recording."""

    model: str = option("", help="exported model (.onnx); empty = the weights that ship, or the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    minutes: int = option(60, help="length of the long recording", unit="min", minimum=SHORT_MINUTES + 1)
    output_dir: str = option(str(RESULTS), help="folder of chord_memory.json")


def write_recording(path: Path, minutes: int) -> None:
    """Write chords that change every two seconds, a minute after another: what is not sound costs less to hear."""
    import soundfile

    time_s = np.arange(2 * RATE) / RATE
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(str(path), "w", RATE, 1, "PCM_16") as stream:
        for _ in range(minutes * _BLOCK_S // 2):
            root = 110 * 2 ** (rng.integers(12) / 12)
            tones = [np.sin(2 * np.pi * root * ratio * time_s) for ratio in (1, 1.26, 1.5, 2)]
            stream.write((0.1 * np.sum(tones, axis=0) + 0.01 * rng.standard_normal(len(time_s))).astype(np.float32))


def measure(path: Path, model: Path) -> tuple[float, float]:
    """Return the peak memory in MB and the seconds of recognising a file in a process of its own."""
    started = time.perf_counter()
    peak = peak_mb(["-m", "audio_models.chord_recognizer.predict", str(path), "--model", str(model)])
    return peak, time.perf_counter() - started


@entry_point(ChordMemoryConfig)
def main(config: ChordMemoryConfig) -> None:
    """Measure, print and write the JSON."""
    model = model_file("chord_recognizer", config.model, config.checkpoint_root)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in (1, SHORT_MINUTES, config.minutes):
            path = Path(folder) / f"{minutes}_minutes.wav"
            write_recording(path, minutes)
            peak_mb, seconds = measure(path, model)
            rows.append({"minutes": minutes, "peak MB": round(peak_mb), "seconds": round(seconds, 1),
                         "times real time": round(60 * minutes / seconds, 1)})  # fmt: skip
    more = (rows[2]["peak MB"] - rows[1]["peak MB"]) / (config.minutes - SHORT_MINUTES)
    bars = [Bar.at_most(f"MB for each minute beyond {SHORT_MINUTES}", more, MB_PER_MINUTE)]
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('chord_memory', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
