"""`python -m benchmarks.emotion_obedience`: does the music obey? What is asked beside what is heard, for all 216 nodes.

Every node of the thesaurus is composed, and its notes are measured again by estimators of valence and arousal: ridge
regressions on the twenty features of `shared.metrics.emotion_features`, fitted on music that people have labelled.

| judge           | fitted on                           | what the chain knows of it                                  |
|-----------------|-------------------------------------|-------------------------------------------------------------|
| emopia          | EMOPIA: all songs                   | no net, no rule was fitted to it; how far the plan's rules  |
|                 |                                     | go was set while looking at its training songs              |
| emopia held out | EMOPIA: songs of validation, test   | nothing; few songs, so itself a poor listener (see `heard`) |
| vgmidi          | VGMIDI                              | some nets learnt from it                                    |

The figure is Spearman's rank correlation between asked and measured over the nodes. `heard` says how far each judge
itself can be trusted: its correlation with listeners on songs that it was not fitted on (five folds by song). The
control is the same chain with every node's emotion replaced by that of another, drawn at random: what a judge that
hears nothing but chance would say. Needs `emopia` and `vgmidi` below CONSORT_DATA.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option
from shared.datasets import emopia, vgmidi
from shared.datasets.emotion_music import EmotionPiece
from shared.decoding.emotion_models import EMOTION_FOLDER, EmotionNets, OnnxNets
from shared.decoding.emotion_plan import EmotionWish
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.performance import key_adherence, perform
from shared.decoding.progression import StepModel
from shared.errors import ConsortError
from shared.metrics.emotion import Ridge, held_out, pearson, spearman
from shared.metrics.emotion_features import features_of
from shared.music.emotion import thesaurus
from shared.music.note_table import NoteTable
from studio.compose import chord_model

COMMAND = "python -m benchmarks.emotion_obedience"
FIGURES = ("valence", "arousal")
TARGETS = {"valence": 0.8, "arousal": 0.9}
KEY_ADHERENCE = 0.98
MOST_S = 1.0
JUDGE = "emopia"
STRENGTH = 30.0

Array = NDArray[np.float64]


@dataclass
class EmotionObedienceConfig:
    """`benchmarks.emotion_obedience`: compose all 216 emotions and measure them again."""

    models_dir: str = option(str(EMOTION_FOLDER), help="folder of the emotion nets' ONNX files")
    genres: str = option(
        "pop,classical,jazz", help="genres to compose in, separated by commas; the bars are the first's"
    )
    bars: int = option(16, help="length of each piece", unit="bars", minimum=2, maximum=64)
    every: int = option(1, help="compose every n-th node only, for a quick look", minimum=1)
    output_dir: str = option(str(RESULTS), help="folder of emotion_obedience.json")


@dataclass(frozen=True, eq=False)
class Judge:
    """An estimator of valence and arousal, and how well it tells what listeners heard in songs kept out."""

    name: str
    ridge: Ridge
    pieces: int
    heard: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Composed:
    """Pieces of one genre: what was asked and what the features are, [nodes, 2] and [nodes, features]."""

    genre: str
    asked: Array
    features: Array
    key_adherence: float
    seconds: Array


def fit_judge(name: str, pieces: Sequence[EmotionPiece]) -> Judge:
    """Fit an estimator on labelled pieces."""
    features = np.array([features_of(piece.notes()) for piece in tqdm(pieces, desc=name, leave=False)])
    labels = np.array([(piece.valence, piece.arousal) for piece in pieces])
    kept_out = held_out(features, labels, [piece.group for piece in pieces], strength=STRENGTH)
    heard = (pearson(kept_out[:, 0], labels[:, 0]), pearson(kept_out[:, 1], labels[:, 1]))
    return Judge(name, Ridge.fit(features, labels, STRENGTH), len(pieces), heard)


def judges(corpora: Path) -> list[Judge]:
    """Return the judges of the module's table, the one that the bars stand on first."""
    clips = list(emopia.tracks(corpora / emopia.NAME))
    return [
        fit_judge(JUDGE, clips),
        fit_judge("emopia held out", [clip for clip in clips if clip.split != "train"]),
        fit_judge("vgmidi", list(vgmidi.tracks(corpora / vgmidi.NAME))),
    ]


def compose_nodes(genre: str, bars: int, every: int, nets: EmotionNets, model: StepModel) -> Composed:
    """Compose the nodes of the thesaurus, each with its id as seed."""
    asked, features, adherence, seconds = [], [], [], []
    for node in tqdm(thesaurus().nodes[::every], desc=f"compose {genre}", leave=False):
        start = time.perf_counter()
        piece = perform(EmotionWish(node.point, genre, bars=bars, seed=node.id), nets, model)
        seconds.append(time.perf_counter() - start)
        asked.append((node.point.valence, node.point.arousal))
        features.append(features_of(NoteTable.of_score(piece.score)))
        adherence.append(key_adherence(piece.score, piece.plan.key))
    return Composed(genre, np.array(asked), np.array(features), float(np.mean(adherence)), np.array(seconds))


def rows_of(composed: Composed, judge: Judge) -> list[dict[str, Any]]:
    """Return a row for valence and one for arousal."""
    measured = judge.ridge.predict(composed.features)
    shuffled = np.random.default_rng(0).permutation(len(measured))
    return [
        {
            "genre": composed.genre, "judge": judge.name, "fitted on": judge.pieces, "figure": figure,
            "heard": judge.heard[column], "spearman": spearman(composed.asked[:, column], measured[:, column]),
            "control": spearman(composed.asked[shuffled, column], measured[:, column]),
        }
        for column, figure in enumerate(FIGURES)
    ]  # fmt: skip


def run(config: EmotionObedienceConfig) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Measure, and return the rows of the table and the bars.

    Raises:
        ConsortError: when CONSORT_DATA is not set or a model is missing.
    """
    if not os.environ.get("CONSORT_DATA"):
        raise ConsortError("set CONSORT_DATA to the folder of the corpora; emopia and vgmidi are needed")
    nets, model = OnnxNets(config.models_dir), OnnxStepModel(chord_model(""))
    heard_by = judges(Path(os.environ["CONSORT_DATA"]))
    rows: list[dict[str, Any]] = []
    bars: list[Bar] = []
    for genre in (name.strip() for name in config.genres.split(",")):
        composed = compose_nodes(genre, config.bars, config.every, nets, model)
        found = [row for judge in heard_by for row in rows_of(composed, judge)]
        if not rows:
            bars += [
                Bar.at_least(f"obedience: Spearman of {row['figure']}, judge {JUDGE}", row["spearman"], target)
                for row in found
                if row["judge"] == JUDGE and (target := TARGETS[row["figure"]])
            ]
        name = f"obedience: seconds for {config.bars} bars after load, median, {genre}"
        bars.append(Bar.at_most(name, float(np.median(composed.seconds)), MOST_S))
        bars.append(Bar.at_least(f"obedience: key adherence, {genre}", composed.key_adherence, KEY_ADHERENCE))
        rows += found
    return rows, bars


@entry_point(EmotionObedienceConfig)
def main(config: EmotionObedienceConfig) -> None:
    """Print the table and write the JSON."""
    rows, bars = run(config)
    print(f"{format_table(rows)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark('emotion_obedience', COMMAND, rows, bars, Path(config.output_dir))}")


if __name__ == "__main__":
    sys.exit(main())
