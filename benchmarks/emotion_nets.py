"""`python -m benchmarks.emotion_nets`: the MIDI nets beside what a sceptic would try first, and what they cost.

On songs kept out, by the exported files that ship: the melody note by note beside a key-profile histogram and a bigram,
the chords of melodies beside the same and beside logistic regression that sees the very same context, dynamics and
groove beside means. Then each file of the emotion pipeline: the 95th percentile of a call, and all sizes together.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.errors import ConsortError
from shared.export.references import INT8_SUFFIX
from shared.export.verify import inspect_model
from shared.shipped import CHECKPOINTS

COMMAND = "python -m benchmarks.emotion_nets"
FILES = ("emotion_recognizer", "melody_transformer", "harmony_predictor", "dynamics_engine", "groove_predictor")
SEQUENCE, HARMONY = "melody_sequence_step", "harmony_predictor"

# The promises of the issue.
_GAIN = 0.10  # of a control's negative log likelihood
_CHORD_ACCURACY = 0.436  # logistic regression with the previous chord on POP909
_MAX_P95_MS, _MAX_MB, _MAX_INT8_MB = 1.0, 5.0, 2.0

_POP909 = "pop909"
_TIMED_CALLS = 500


@dataclass
class EmotionNetsConfig:
    """`benchmarks.emotion_nets`: likelihood beside controls, latency and size."""

    checkpoint: str = option(str(CHECKPOINTS / "emotion"), help="folder of the nets")
    regression: bool = option(True, help="fit logistic regression too, which takes two minutes")
    output_dir: str = option(str(RESULTS), help="folder of emotion_nets.json")


def measure(folder: Path, *, regression: bool = True) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the rows of the table and the bars.

    Args:
        folder: where the nets lie, with the settings of their training beside them.
        regression: whether to fit logistic regression on the harmony net's samples.

    Raises:
        ConsortError: when the nets or the corpora are missing.
    """
    from sequence_models.midi_models.config import EvaluateConfig
    from sequence_models.midi_models.evaluate import evaluate

    found = evaluate(EvaluateConfig(checkpoint=str(folder)))
    pop909 = _pop909_harmony(folder, regression=regression)
    found |= {f"{HARMONY}, POP909": pop909}
    rows = [
        {"net": name, "by": by, "samples": result["samples"], **_columns(figures)}
        for name, result in found.items()
        for by, figures in {"net": result["overall"], **result["controls"]}.items()
    ]
    bars = [
        *_gains("melody, note by note", found.get(SEQUENCE)),
        *_gains("harmony", found.get(HARMONY)),
        Bar.at_least("harmony: chord from melody, POP909 (accuracy)", pop909["overall"]["accuracy"], _CHORD_ACCURACY),
        *costs(folder),
    ]
    return rows, bars


def _columns(figures: Mapping[str, float]) -> dict[str, float | None]:
    names = ("nll", "accuracy", "mae", "duration_nll")
    return {name: round(figures[name], 4) if name in figures else None for name in names}


def _gains(what: str, result: Mapping[str, Any] | None) -> list[Bar]:
    """Return a bar for each control: by which share the net's negative log likelihood is below the control's."""
    if result is None:
        return []
    own = result["overall"]["nll"]
    return [
        Bar.at_least(f"{what}: less negative log likelihood than the {name}", round(1 - own / control["nll"], 4), _GAIN)
        for name, control in result["controls"].items()
    ]


def _pop909_harmony(folder: Path, *, regression: bool) -> dict[str, Any]:
    """Return the figures of the harmony net on POP909's test songs alone, beside its controls."""
    from sequence_models.midi_models import run_folder
    from sequence_models.midi_models.controls import fit_controls
    from sequence_models.midi_models.data import load_splits
    from sequence_models.midi_models.samples import stacked
    from sequence_models.midi_models.scoring import dense_figures, dense_outputs
    from sequence_models.midi_models.tasks import TASK_TABLE
    from shared.runtime import OnnxModel

    (net,) = run_folder.nets_in(folder, "harmony")
    task = TASK_TABLE["harmony"]
    splits = load_splits(run_folder.read_settings(folder, net)[1], task)
    train, test = ([sample for sample in part if sample.source == _POP909] for part in (splits.train, splits.test))
    if not train or not test:
        raise ConsortError(f"{folder} did not learn from POP909; measure nets that were trained with data=shipped")
    inputs, targets = stacked(test)
    outputs = dense_outputs(OnnxModel(run_folder.onnx_path(folder, net)), inputs)
    controls = {name: control(inputs) for name, control in fit_controls(task, *stacked(train)).items()}
    if regression:
        controls["logistic regression"] = _regression(*stacked(train), inputs)
    return {
        "samples": len(test),
        "overall": dense_figures(task, outputs, targets),
        "controls": {name: dense_figures(task, answer, targets) for name, answer in controls.items()},
    }


def _regression(inputs: np.ndarray, targets: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Return what logistic regression makes of contexts: the same as the net sees, turned to C, as suits it best."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    from sequence_models.midi_models.transposition import tonics_of, transposed, turned

    seen, wanted = transposed(inputs, targets, -tonics_of(inputs) % 12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 200 passes bring all but the last of it
        model = LogisticRegression(max_iter=200).fit(seen[:, 64:], wanted.argmax(axis=1))
    given, _ = transposed(asked, np.zeros((len(asked), wanted.shape[1]), np.float32), -tonics_of(asked) % 12)
    shares = np.zeros((len(asked), wanted.shape[1]))
    shares[:, model.classes_] = model.predict_proba(given[:, 64:])
    return turned(shares, tonics_of(asked))


def costs(folder: Path) -> list[Bar]:
    """Return the bars of latency and size over the five files of the emotion pipeline, as far as they are there."""
    exact = [folder / f"{name}.onnx" for name in FILES if (folder / f"{name}.onnx").is_file()]
    small = [path.with_stem(path.stem + INT8_SUFFIX) for path in exact]
    rows = [inspect_model(path, _TIMED_CALLS) for path in (*exact, *filter(Path.is_file, small))]
    total, int8 = (
        sum(row.size_mb for row in rows if Path(row.model).stem.endswith(INT8_SUFFIX) == is_int8)
        for is_int8 in (False, True)
    )
    bars = [Bar.at_most(f"{row.model}: p95 of a call (ms)", round(row.p95_ms, 4), _MAX_P95_MS) for row in rows]
    return [
        *bars,
        Bar.at_most(f"all {len(exact)} files in float32 (MB)", round(total, 3), _MAX_MB),
        Bar.at_most(f"all {len(rows) - len(exact)} files in int8 (MB)", round(int8, 3), _MAX_INT8_MB),
    ]


@entry_point(EmotionNetsConfig)
def main(config: EmotionNetsConfig) -> None:
    """Measure, print and write."""
    rows, bars = measure(Path(config.checkpoint), regression=config.regression)
    print(format_table(rows))
    print(format_bars(bars))
    print(f"wrote {write_benchmark('emotion_nets', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
