"""`python -m benchmarks.emotion_recognition`: the emotion recognizer on songs kept out, beside ridge and the mean.

| part    | what is asked                                                                                     |
|---------|---------------------------------------------------------------------------------------------------|
| vgmidi  | five folds by piece: trained on four, asked for the whole pieces of the fifth, as written         |
| emopia  | five folds by song: the quadrant; trained on the clips of the other songs (`loss=quadrants        |
|         | trainer=quadrants`)                                                                               |
| emotify | the weights that ship: what a ridge regression tells from the embedding of real recordings about  |
|         | nine felt emotions, five folds by artist, beside the same from the 128 features and from labels   |
|         | shuffled within each genre                                                                        |
| speed   | the exported nets that ship: size, and the 95th percentile of a call                              |

A part that is not asked for counts as it was last measured. Music is rendered from MIDI: VGMIDI by the best SoundFont,
and by the second for training; EMOPIA by the second, which loads ten times as fast. Features are kept in
`data/downloads`. Needs the corpora that CONSORT_DATA names.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.config import DATA_FOLDER, MODEL_NAME, TrainConfig
from audio_models.emotion_recognizer.controls import fit_controls, points_of
from audio_models.emotion_recognizer.evaluate import embeddings, figures
from audio_models.emotion_recognizer.examples import POINT, Example, features_of, write_splits
from audio_models.emotion_recognizer.hearing import Hearing
from audio_models.emotion_recognizer.related import related_examples
from audio_models.emotion_recognizer.sources import corpus_clips, examples_of
from audio_models.emotion_recognizer.train import train
from benchmarks.report import RESULTS, Bar, format_bars, format_table, write_benchmark
from shared.cli import entry_point, option, parse
from shared.errors import ConsortError
from shared.export.verify import inspect_model
from shared.files import read_json
from shared.metrics.emotion import held_out, pearson
from shared.shipped import CHECKPOINTS
from shared.splits import Splits

NAME = "emotion_recognition"
COMMAND = f"python -m benchmarks.{NAME}"
PARTS = ("vgmidi", "emopia", "emotify", "speed")
FOLDS = 5
FELT = (
    "amazement", "solemnity", "tenderness", "nostalgia", "calmness", "power", "joyful_activation", "tension", "sadness",
)  # fmt: skip
BARS = {"vgmidi": {"arousal_r2": 0.65, "valence_r2": 0.42}, "emopia": {"quadrant_accuracy": 0.70}}
PROBE_BAR, LATENCY_BAR = 0.40, 1.0
_WINDOWS_S = {"vgmidi": 30.0, "emopia": 20.0}
_RENDERS = {"vgmidi": (0, 1), "emopia": (1,)}
# Copies of each training example towards related emotions. Not where the quadrant alone is known: a relative of an
# emotion may lie in the next one.
_COPIES = {"vgmidi": 1, "emopia": 0}
_PROBE_STRENGTHS = (3.0, 10.0, 30.0, 100.0, 300.0)


@dataclass
class EmotionRecognitionConfig:
    """`benchmarks.emotion_recognition`: recognition on songs kept out, beside what a sceptic would try."""

    parts: str = option(",".join(PARTS), help="which parts, separated by commas")
    epochs: int = option(25, help="of each training on VGMIDI", minimum=1)
    emopia_epochs: int = option(12, help="of each training on EMOPIA", minimum=1)
    cache: Path = option(DATA_FOLDER / "cache", help="where features are kept")
    output_dir: str = option(str(RESULTS), help="folder of emotion_recognition.json")


def corpus_examples(name: str, corpora: Path, cache: Path) -> list[Example]:
    """Return the examples of a corpus, the whole pieces marked as such."""
    hearing = Hearing(_WINDOWS_S[name], cache)
    renders = _RENDERS[name]
    examples: list[Example] = []
    for clip in corpus_clips(name, corpora):
        examples += examples_of(clip, hearing, renders)
    return examples


def fold_of(examples: list[Example], seed: int = 0) -> NDArray[np.int64]:
    """Return the fold of each example: songs in an order drawn by the seed, dealt in turn."""
    groups = sorted({example.group for example in examples})
    order = np.random.default_rng(seed).permutation(len(groups))
    fold = {groups[index]: place % FOLDS for place, index in enumerate(order)}
    return np.array([fold[example.group] for example in examples])


def cross_validated(
    examples: list[Example], words: list[str], root: Path, copies: int = 1
) -> tuple[list[Example], dict[str, NDArray[np.floating]]]:
    """Train for each fold on the others, with `words` for `train`; return the whole pieces and what is told of them.

    Each training example gets `copies` that are moved towards related emotions.

    No epoch is chosen, so the examples that "validate" are the fold's own and decide nothing.
    """
    folds = fold_of(examples)
    asked: list[Example] = []
    told: dict[str, list[NDArray[np.floating]]] = {}
    for fold in range(FOLDS):
        seen = [example for example, place in zip(examples, folds, strict=True) if place != fold]
        wholes = [example for example, place in zip(examples, folds, strict=True) if place == fold and example.whole]
        features = features_of(wholes)
        mixed = [*seen, *related_examples(seen, copies, seed=0)]
        model = run_folder.load_model(_trained(mixed, wholes, words, root, f"fold-{fold}"))
        answers: dict[str, NDArray[np.floating]] = {"recognizer": embeddings(model, features)[:, :2]}
        answers |= {name: points[:, :2] for name, points in fit_controls(seen).points(features).items()}
        for name, points in answers.items():
            told.setdefault(name, []).append(points)
        asked += wholes
    return asked, {name: np.concatenate(parts) for name, parts in told.items()}


def _trained(seen: list[Example], kept_out: list[Example], words: list[str], root: Path, name: str) -> Path:
    write_splits(root / name, Splits(seen, kept_out, []), {"benchmark": COMMAND})
    places = ["--data.folder", str(root / name), "--log-root", str(root / "logs"), "--checkpoint-root", str(root)]
    train(parse(TrainConfig, [*words, *places, "--run-name", name, "--no-export"]))
    return root / MODEL_NAME / name


def recognition_rows(part: str, asked: list[Example], told: dict[str, NDArray[np.floating]]) -> list[dict[str, Any]]:
    """Return a row per model."""
    wanted = points_of(asked)
    known = np.array([example.known == POINT for example in asked])
    rows = []
    for name, points in told.items():
        found = {key: round(value, 4) for key, value in figures(points, wanted, known).items()}
        rows.append({"part": part, "model": name, "clips": len(asked), **found})
    return rows


def probe_rows(corpora: Path, cache: Path) -> list[dict[str, Any]]:
    """Return how well nine felt emotions are told from the embedding, from the features, and by chance."""
    root = corpora / "emotify"
    with (root / "labels.csv").open(newline="", encoding="utf-8") as stream:
        songs = list(csv.DictReader(stream))
    hearing = Hearing(0.0, cache)
    features = np.stack([
        hearing.excerpts((root / song["file"]).read_bytes(), str(root / song["file"]))[0].features for song in songs
    ])  # fmt: skip
    felt = np.array([[float(song[name]) for name in FELT] for song in songs])
    artists = [song["artist"] for song in songs]
    model = run_folder.load_model(run_folder.resolve("", "checkpoints"))
    embedded = embeddings(model, features).astype(np.float64)
    columns = {
        "embedding": (embedded, felt),
        "features": (features.astype(np.float64), felt),
        "shuffled": (embedded, _shuffled(felt, [song["genre"] for song in songs])),
    }
    return [
        {"part": "emotify", "model": name, "clips": len(songs), **_probed(heard, labels, artists)}
        for name, (heard, labels) in columns.items()
    ]


def _probed(heard: NDArray[np.float64], felt: NDArray[np.float64], artists: list[str]) -> dict[str, float]:
    """Return the correlations under the strength whose mean is best; every column may choose its own."""
    best: dict[str, float] = {}
    for strength in _PROBE_STRENGTHS:
        told = held_out(heard, felt, artists, FOLDS, strength)
        each = {name: pearson(felt[:, index], told[:, index]) for index, name in enumerate(FELT)}
        mean = float(np.mean(list(each.values())))
        if not best or mean > best["mean_correlation"]:
            best = {"mean_correlation": mean, **each}
    return {name: round(value, 4) for name, value in best.items()}


def _shuffled(felt: NDArray[np.float64], genres: list[str]) -> NDArray[np.float64]:
    rng = np.random.default_rng(0)
    shuffled = felt.copy()
    for genre in sorted(set(genres)):
        places = np.flatnonzero([name == genre for name in genres])
        shuffled[places] = felt[rng.permutation(places)]
    return shuffled


def speed_rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each exported net that ships."""
    for path in sorted((CHECKPOINTS / "emotion").glob("emotion_recognizer*.onnx")):
        seen = inspect_model(path)
        yield {"part": "speed", "model": path.stem, "p95_ms": round(seen.p95_ms, 4), "size_mb": round(seen.size_mb, 3)}


def run(config: EmotionRecognitionConfig) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Return the rows and bars of the parts that are asked for.

    Raises:
        ConsortError: when the corpora are not there.
    """
    if not os.environ.get("CONSORT_DATA"):
        raise ConsortError("set CONSORT_DATA to the folder of the corpora; vgmidi, emopia and emotify are needed")
    corpora, parts = Path(os.environ["CONSORT_DATA"]), [part.strip() for part in config.parts.split(",")]
    rows: list[dict[str, Any]] = []
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory() as folder:
        for part, words in _trainings(config).items():
            if part in parts:
                clips = corpus_examples(part, corpora, config.cache)
                found = recognition_rows(part, *cross_validated(clips, words, Path(folder) / part, _COPIES[part]))
                bars += [Bar.at_least(f"{part}: {n}, five folds", found[0][n], bar) for n, bar in BARS[part].items()]
                rows += found
    if "emotify" in parts:
        found = probe_rows(corpora, config.cache)
        mean = found[0]["mean_correlation"]
        bars.append(Bar.at_least("emotify: mean correlation of a probe on the embedding", mean, PROBE_BAR))
        rows += found
    if "speed" in parts:
        found = list(speed_rows())
        net = next(row for row in found if row["model"] == MODEL_NAME)
        bars.append(Bar.at_most(f"speed: p95 of {MODEL_NAME} in ms", net["p95_ms"], LATENCY_BAR))
        rows += found
    return rows, bars


def _trainings(config: EmotionRecognitionConfig) -> dict[str, list[str]]:
    """Return the words for `train` on each corpus."""
    return {
        "vgmidi": ["--epochs", str(config.epochs)],
        "emopia": ["loss=quadrants", "trainer=quadrants", "--epochs", str(config.emopia_epochs)],
    }


def with_others(
    rows: list[dict[str, Any]], bars: list[Bar], asked: list[str], folder: Path
) -> tuple[list[dict[str, Any]], list[Bar]]:
    """Add the rows and bars of the parts that were not asked for, as they were last measured; a bar names its part."""
    path = folder / f"{NAME}.json"
    if path.is_file():
        before = read_json(path)
        rows = [row for row in before["rows"] if row["part"] not in asked] + rows
        bars = [Bar(**bar) for bar in before["bars"] if bar["name"].partition(":")[0] not in asked] + bars
    return sorted(rows, key=lambda row: PARTS.index(row["part"])), bars


def tables(rows: list[dict[str, Any]]) -> str:
    """Return a table per part."""
    parts = list(dict.fromkeys(row["part"] for row in rows))
    return "\n\n".join(format_table([row for row in rows if row["part"] == part]) for part in parts)


@entry_point(EmotionRecognitionConfig)
def main(config: EmotionRecognitionConfig) -> None:
    """Measure, print the tables and write the JSON."""
    folder = Path(config.output_dir)
    rows, bars = with_others(*run(config), [part.strip() for part in config.parts.split(",")], folder)
    print(f"{tables(rows)}\n\n{format_bars(bars)}")
    print(f"written: {write_benchmark(NAME, COMMAND, rows, bars, folder)}")


if __name__ == "__main__":
    sys.exit(main())
