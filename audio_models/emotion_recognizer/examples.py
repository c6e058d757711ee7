"""Labelled examples on disk: `train.json`, `validation.json` and `test.json` of a prepared folder.

Each file is `{"about": {...}, "examples": [...]}`; an example is the fields of `Example`. Features are rounded to six
digits, which is less than what two synthesizers differ by.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.audio.clip_settings import CLIP_FEATURES
from shared.errors import InputError
from shared.files import read_json, write_json
from shared.music.emotion_point import EmotionPoint
from shared.splits import SPLIT_NAMES, Splits

POINT, SIGNS = "point", "signs"


@dataclass(frozen=True)
class Example:
    """One clip.

    Attributes:
        id: what it is of, and which excerpt or render.
        group: the song; examples of a group are in one split.
        source: the corpus, `labels` or `synthetic`.
        licence: of the clip.
        whole: whether it is a whole piece as written, as evaluation asks; else an excerpt or another render.
        known: `point`, or `signs` where only the signs of valence and arousal were heard.
        node_id: the nearest node of the thesaurus, or the one that was named.
        valence: -1..1; so are arousal and dominance, intensity is 0..1.
        features: the clip summary [128].
    """

    id: str
    group: str
    source: str
    licence: str
    whole: bool
    known: str
    node_id: int
    valence: float
    arousal: float
    dominance: float
    intensity: float
    features: tuple[float, ...]

    @property
    def point(self) -> EmotionPoint:
        """The emotion as a point."""
        return EmotionPoint(self.valence, self.arousal, self.dominance, self.intensity)


def features_of(examples: Iterable[Example]) -> NDArray[np.float32]:
    """Return the features [n, 128]."""
    return np.array([example.features for example in examples], dtype=np.float32).reshape(-1, len(CLIP_FEATURES))


def rounded(features: NDArray[np.float32]) -> tuple[float, ...]:
    """Return features as they are written."""
    return tuple(float(f"{value:.6g}") for value in features)


def split_file(folder: Path, part: str) -> Path:
    """Return where a part lies."""
    return folder / f"{part}.json"


def write_splits(folder: Path, splits: Splits[Example], about: dict[str, Any]) -> None:
    """Write the three files."""
    for part, examples in splits.parts().items():
        content = {"about": {**about, "split": part}, "examples": [asdict(example) for example in examples]}
        write_json(split_file(folder, part), content)


def read_splits(folder: Path) -> Splits[Example]:
    """Read what `write_splits` wrote.

    Raises:
        InputError: when a file is missing, broken, or made with other features.
    """
    return Splits(**{part: _read(split_file(folder, part)) for part in SPLIT_NAMES})


def _read(path: Path) -> list[Example]:
    if not path.is_file():
        raise InputError(f"no such file: {path}; run python -m audio_models.emotion_recognizer.prepare")
    try:
        rows = read_json(path)["examples"]
        examples = [Example(**{**row, "features": tuple(row["features"])}) for row in rows]
    except (KeyError, TypeError) as error:
        raise InputError(f"{path} holds no examples ({error}); prepare it again") from error
    if odd := next((example for example in examples if len(example.features) != len(CLIP_FEATURES)), None):
        raise InputError(f"{path}: '{odd.id}' has {len(odd.features)} features, not {len(CLIP_FEATURES)}")
    return examples
