"""Every setting of the chord recognizer, its default, unit and meaning. Defaults live here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.cli import option

MODEL_NAME = "chord_recognizer"
CACHE_FOLDER = Path("data/downloads/chord_recognizer")
EVALUATION_SETS = ("clean", "hard", "progressions", "isolated")


@dataclass
class PrepareConfig:
    """Render labelled pieces and keep their features, for training and validation."""

    output_dir: Path = option(CACHE_FOLDER, help="folder of the features, labels and index.jsonl")
    pieces: int = option(3000, help="pieces of 60 to 100 s in the folder when done; those there are kept", minimum=1)
    workers: int = option(1, help="processes that render", minimum=1)
    seed: int = option(0, help="same seed, same pieces", minimum=0)


@dataclass
class EvaluationSetConfig:
    """Render pieces to evaluate recognizers with: audio/*.flac and labels/*.lab."""

    set: str = option(
        help="clean, hard: held-out songs of POP909; progressions, isolated: made up, with true labels",
        choices=EVALUATION_SETS,
    )
    output_dir: Path = option(Path("data/downloads/chord_evaluation"), help="gets a folder of the set's name")
    pieces: int = option(0, help="how many; 0 = 48 songs, 60 progressions or 300 single chords", minimum=0)
    seed: int = option(0, help="same seed, same pieces", minimum=0)
