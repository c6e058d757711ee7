"""How fast does a chord progression come, and is the exported model the trained one?

Several ways to twelve chords (the classic network) or 64 (one that hears the whole song), side by side in one run
and taken in turns, so that a busy machine slows all alike. All but one take the likeliest chord each time; "with
sampling and names" is what `generate` does. All ONNX models run on one thread.

    python -m benchmarks.chord_speed --checkpoint checkpoints/chord_generator/demo
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cold_start import Cost, bare_cost, first_progression_cost
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.decoding.composer import Wish, compose_progressions
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.progression import Conditions
from shared.music.chord_tokens import N_SPECIAL, PAD_ID, START_ID
from shared.music.conditions import CONDITIONS
from shared.runtime import OnnxModel

# Chords of one progression: the classic network's window, and about a song for one that hears songs.
WINDOW_CHORDS, SONG_CHORDS = 12, 64
_TURN_S = 0.05
PREDICT, WINDOW, STEP, INT8, SAMPLED, WINDOW_MANY, STEP_MANY = (
    "Keras model.predict, window by window",
    "ONNX full window",
    "ONNX step model",
    "ONNX step model, int8",
    "ONNX step model, with sampling and names",
    "eight at once: ONNX full window",
    "eight at once: ONNX step model",
)
_MANY = 8  # progressions: the demo chooses among as many


@dataclass
class ChordSpeedConfig:
    """`benchmarks.chord_speed`: speed, parity and cold start of a trained chord generator."""

    checkpoint: str = option("", help="run folder; empty = the newest run")
    checkpoint_root: str = option("checkpoints", help="where the newest run is looked for")
    repeats: int = option(15, help="progressions each way is timed on")
    output_dir: str = option(str(RESULTS), help="folder of chord_speed.json")


def window_loop(
    predict: Callable[[NDArray[np.int32]], NDArray[np.float32]], batch: int = 1, length: int = WINDOW_CHORDS
) -> NDArray[np.int32]:
    """Write chords [batch, length] with a full model: all that it sees is computed anew for each chord."""
    tokens = np.full((batch, length), PAD_ID, dtype=np.int32)
    tokens[:, 0] = START_ID
    chords = np.empty_like(tokens)
    for position in range(length):
        probabilities = predict(tokens)[:, position]
        chords[:, position] = N_SPECIAL + probabilities[:, N_SPECIAL:].argmax(axis=-1)
        if position + 1 < length:
            tokens[:, position + 1] = chords[:, position]
    return chords


def step_loop(model: OnnxStepModel, batch: int = 1, length: int = WINDOW_CHORDS) -> NDArray[np.int32]:
    """Write chords [batch, length] with a step model: what `window_loop` does, chord by chord."""
    conditions = Conditions.repeated(batch, genre=0, mood=0, key=0, scale_type=0)
    state = model.initial_state(batch)
    chords = np.empty((batch, length), dtype=np.int32)
    last = np.full(batch, START_ID)
    for position in range(length):
        probabilities, state = model.step(last, conditions, state)
        last = N_SPECIAL + probabilities[:, N_SPECIAL:].argmax(axis=-1)
        chords[:, position] = last
    return chords


def side_by_side(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the median seconds of each way, timed in turns.

    A turn repeats a fast way until 50 ms are over, as `timeit` does: otherwise the first call after a slow
    neighbour, with cold caches, would be all that is measured of it.
    """
    calls = {name: _calls_per_turn(way) for name, way in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            for _ in range(calls[name]):
                way()
            times[name].append((time.perf_counter() - start) / calls[name])
    return {name: float(np.median(values)) for name, values in times.items()}


def _calls_per_turn(way: Callable[[], object]) -> int:
    way()
    start = time.perf_counter()
    way()
    return max(1, math.ceil(_TURN_S / (time.perf_counter() - start)))


def measure(folder: Path, repeats: int, prefix: str = "") -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the table's rows and the bars of one trained run; `prefix` begins the name of each."""
    from sequence_models.checkpoints import load_model
    from sequence_models.chord_generator import run_folder
    from sequence_models.chord_generator.exporting import parity_of

    trained = load_model(folder / run_folder.FINAL_MODEL)
    window, step = OnnxModel(folder / run_folder.WINDOW_MODEL), OnnxStepModel(folder / run_folder.STEP_MODEL)
    names = [tensor.name for tensor in trained.inputs]

    def keras_predict(tokens: NDArray[np.int32]) -> NDArray[np.float32]:
        answer: NDArray[np.float32] = trained.predict(whole_feeds(names, tokens), verbose=0)
        return answer

    def onnx_predict(tokens: NDArray[np.int32]) -> NDArray[np.float32]:
        return window.run(whole_feeds(names, tokens))["probabilities"]

    axis = window.signature.inputs[0].axes[1]
    length = axis if isinstance(axis, int) else SONG_CHORDS
    wish = Wish(genre="pop", mood="joy", key="C:major", length=length)
    small = OnnxStepModel(folder / run_folder.INT8_MODEL)
    ways: dict[str, Callable[[], object]] = {
        PREDICT: lambda: window_loop(keras_predict, 1, length),
        WINDOW: lambda: window_loop(onnx_predict, 1, length),
        STEP: lambda: step_loop(step, 1, length),
        INT8: lambda: step_loop(small, 1, length),
        SAMPLED: lambda: [progression.names for progression in compose_progressions(step, wish)],
        WINDOW_MANY: lambda: window_loop(onnx_predict, _MANY, length),
        STEP_MANY: lambda: step_loop(step, _MANY, length),
    }
    seconds = side_by_side(ways, repeats)
    parity = parity_of(folder)
    bare, onnx = bare_cost(), first_progression_cost(folder / run_folder.STEP_MODEL)
    rows, bars = _rows(seconds, length, bare, onnx), _bars(seconds, length, parity, bare, onnx)
    return [{**row, "way": prefix + row["way"]} for row in rows], [replace(bar, name=prefix + bar.name) for bar in bars]


def whole_feeds(names: Sequence[str], tokens: NDArray[np.int32]) -> dict[str, NDArray[np.int32]]:
    """Return what a full model with inputs of these names takes: tokens [batch, length], and zeros for the rest."""
    asked = {condition.input_name for condition in CONDITIONS}
    shapes = {name: (len(tokens), 1) if name in asked else tokens.shape for name in names[1:]}
    return {names[0]: tokens, **{name: np.zeros(shape, np.int32) for name, shape in shapes.items()}}


def _rows(seconds: dict[str, float], length: int, bare: Cost, onnx: Cost) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "way": name,
            "chords": length,
            "ms": round(1e3 * value, 3),
            "ms per chord": round(1e3 * value / length / (_MANY if name in (WINDOW_MANY, STEP_MANY) else 1), 4),
            "times the step model": round(value / seconds[STEP], 1),
            "cold start s": None,
            "cold start MB": None,
        }
        for name, value in seconds.items()
    ]
    for name, cost in (("cold: Python with NumPy", bare), ("cold: first progression by ONNX", onnx)):
        rows.append({"way": name, "cold start s": round(cost.seconds, 3), "cold start MB": round(cost.megabytes, 1)})
    return rows


def _bars(seconds: dict[str, float], length: int, parity: Any, bare: Cost, onnx: Cost) -> list[Bar]:
    def faster(slow: str, fast: str) -> float:
        return seconds[slow] / seconds[fast]

    return [
        Bar.at_least(f"{length} chords: step model against model.predict, times faster", faster(PREDICT, STEP), 100),
        Bar.at_least(
            f"{length} chords, sampled and named: against model.predict, times faster", faster(PREDICT, SAMPLED), 100
        ),
        Bar.at_least("per chord: step model against full-window ONNX, times faster", faster(WINDOW, STEP), 8),
        Bar.at_least(
            "per chord, eight at once: step against full window, times faster", faster(WINDOW_MANY, STEP_MANY), 8
        ),
        Bar.at_least("per chord: int8 step model against full-window ONNX, times faster", faster(WINDOW, INT8), 8),
        Bar.at_most("largest difference between ONNX Runtime and Keras", parity.max_difference, 1e-5),
        Bar.at_least("argmax agreement of ONNX Runtime and Keras", parity.argmax_agreement, 1.0),
        Bar.at_most("cold start beyond Python with NumPy, s", onnx.seconds - bare.seconds, 0.3),
        Bar.at_most("cold start beyond Python with NumPy, MB", onnx.megabytes - bare.megabytes, 80),
    ]


@entry_point(ChordSpeedConfig)
def main(config: ChordSpeedConfig) -> None:
    """Measure, print the table and write it as JSON."""
    from sequence_models.chord_generator import run_folder

    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.FINAL_MODEL)
    rows, bars = measure(folder, config.repeats)
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    command = "python -m benchmarks.chord_speed"
    print(f"written: {write_benchmark('chord_speed', command, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
