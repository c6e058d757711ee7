"""Ask the emotion recognizer about songs kept out, beside ridge regression and the mean on the same features.

Examples:
    python -m audio_models.emotion_recognizer.evaluate
    python -m audio_models.emotion_recognizer.evaluate --labels my_music.csv --json scores.json

Without `--labels` the test examples of the prepared folder are asked: whole pieces, as written.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.config import EvaluateConfig
from audio_models.emotion_recognizer.controls import Controls, points_of
from audio_models.emotion_recognizer.examples import POINT, Example, features_of, read_splits
from audio_models.emotion_recognizer.hearing import Hearing
from audio_models.emotion_recognizer.model import EmotionRecognizer
from audio_models.emotion_recognizer.sources import examples_of, own_clips, require_some
from audio_models.emotion_recognizer.synthetic import SYNTHETIC
from shared.cli import entry_point
from shared.datasets.problems import ProblemLog
from shared.errors import ConsortError
from shared.files import write_json
from shared.metrics.emotion import pearson, r2
from shared.music.emotion_point import DIMENSIONS

_OURS = "recognizer"
_HEARD = DIMENSIONS[:2]  # the others are estimated in most corpora


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """Return every figure: `overall`, one object per source, `controls` likewise; `failed` clips were left out.

    Raises:
        ConsortError: when the run or the clips cannot be used.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    model, controls = run_folder.load_model(folder), Controls.load(folder / run_folder.CONTROLS_FILE)
    examples, failed = _asked(config)
    features = features_of(examples)
    told: dict[str, NDArray[np.floating]] = {
        _OURS: embeddings(model, features)[:, : len(DIMENSIONS)],
        **controls.points(features),
    }
    sources = sorted({example.source for example in examples})
    tables = {name: _table(points, examples, sources) for name, points in told.items()}
    ours = tables.pop(_OURS)
    about = {"clips": len(examples), "failed": failed, "is_synthetic": SYNTHETIC in sources}
    return {**about, **ours, "controls": {name: table["overall"] for name, table in tables.items()}}


def _asked(config: EvaluateConfig) -> tuple[list[Example], int]:
    if not config.labels:
        examples = [example for example in read_splits(config.data).test if example.whole]
        require_some(examples, str(config.data))
        return examples, 0
    log = ProblemLog()
    examples = []
    with tempfile.TemporaryDirectory() as cache:
        hearing = Hearing(0.0, Path(cache))
        for clip in own_clips(config.labels, log):
            try:
                examples += examples_of(clip, hearing, renders=(0,))
            except ConsortError as error:
                log.add(clip.name, 0, str(error))
    require_some(examples, config.labels)
    return examples, len(log.report(len(examples)).problems)


@torch.no_grad()
def embeddings(model: EmotionRecognizer, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the embeddings [n, 64] of features [n, 128]."""
    embedded: NDArray[np.float32] = model.eval()(torch.from_numpy(features)).numpy()
    return embedded


def _table(points: NDArray[np.floating], examples: list[Example], sources: list[str]) -> dict[str, dict[str, float]]:
    """Return the figures of all examples, and of each source."""
    wanted = points_of(examples)
    masks = {"overall": np.ones(len(examples), dtype=bool)}
    masks |= {source: np.array([example.source == source for example in examples]) for source in sources}
    known = np.array([example.known == POINT for example in examples])
    return {name: figures(points[mask], wanted[mask], known[mask]) for name, mask in masks.items()}


def figures(points: NDArray[np.floating], wanted: NDArray[np.floating], known: NDArray[np.bool_]) -> dict[str, float]:
    """Return accuracy of the quadrant and, over the examples [n] whose point is known, R2, correlation and error.

    Points are [n, 2] or wider: valence, arousal. R2 and correlation need three examples that differ.
    """
    pair, target = points[:, :2], wanted[:, :2]
    result = {"quadrant_accuracy": float(((pair >= 0) == (target >= 0)).all(axis=1).mean())}
    if known.any():
        error = np.abs(pair[known] - target[known]).mean(axis=0)
        result |= {f"{name}_mae": float(value) for name, value in zip(_HEARD, error, strict=True)}
    if known.sum() > 2 and (target[known].std(axis=0) > 0).all():
        for index, name in enumerate(_HEARD):
            told, heard = pair[known, index], target[known, index]
            result |= {f"{name}_r2": r2(heard, told), f"{name}_correlation": pearson(heard, told)}
    return result


def table(result: dict[str, Any]) -> str:
    """Return the figures as text: a row per figure, a column per model."""
    columns = {_OURS: result["overall"], **result["controls"]}
    lines = [f"{result['clips']} clips" + (" (synthetic: no music)" if result["is_synthetic"] else "")]
    lines += [f"{'':24s}" + "".join(f"{name:>12s}" for name in columns)]
    for name in result["overall"]:
        lines.append(f"{name:24s}" + "".join(f"{column[name]:12.4f}" for column in columns.values()))
    return "\n".join(lines)


@entry_point(EvaluateConfig)
def main(config: EvaluateConfig) -> int:
    """Evaluate and print; the exit code is 1 when a clip could not be used."""
    result = evaluate(config)
    print(table(result))
    if config.json:
        write_json(config.json, result)
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
