"""Evaluate the chord recognizer on audio with labels, beside template matching on the same audio.

Examples:
    python -m audio_models.chord_recognizer.evaluate --json results.json
    python -m audio_models.chord_recognizer.evaluate --audio-dir my_songs --labels-dir my_labels --json results.json
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from audio_models.chord_recognizer.config import MODEL_NAME, EvaluateConfig
from shared.annotation.labelled_audio import LabelledAudio, labelled_audio
from shared.audio.io import read_audio
from shared.cli import entry_point
from shared.datasets.contract import TimedChords
from shared.decoding.chord_recognition import FramesModel, Recognizer
from shared.decoding.chord_templates import SAMPLE_RATE, recognise_by_templates
from shared.errors import ConsortError
from shared.files import write_json
from shared.metrics.chords import METRICS, ChordScores, score_songs
from shared.shipped import model_file

TEMPLATES = "templates"

_log = logging.getLogger(__name__)


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """Return the figures, and write them when `config.json` names a file.

    The result holds `overall`, `songs` (an entry per song), `types` (accuracy per chord type) and, under
    `controls`, the same for template matching.

    Raises:
        ConsortError: when there is no model, no audio or no labels.
    """
    path = model_file(MODEL_NAME, config.model, config.checkpoint_root)
    pairs = labelled_audio(config.audio_dir, config.labels_dir)
    result = _entries(_scored(Recognizer(FramesModel(path)).recognise, pairs, "recognizer"))
    if config.control:
        result["controls"] = {TEMPLATES: _entries(_scored(_by_templates, pairs, TEMPLATES))}
    if config.json:
        write_json(config.json, result)
    return result


def _scored(recognise: Callable[[Path], TimedChords], pairs: Sequence[LabelledAudio], name: str) -> ChordScores:
    """Recognise every recording and score it; one that cannot be used is told and left out.

    Raises:
        ConsortError: when none can be used.
    """
    songs = []
    for pair in tqdm(pairs, desc=name, unit="song", leave=False):
        try:
            songs.append((pair.name, pair.chords(), recognise(pair.audio)))
        except ConsortError as error:
            _log.warning("%s is left out: %s", pair.name, error)
    return score_songs(songs)


def _by_templates(path: Path) -> TimedChords:
    return recognise_by_templates(read_audio(path, SAMPLE_RATE), SAMPLE_RATE)


def _entries(scores: ChordScores) -> dict[str, Any]:
    songs = {song.name: song.as_dict() for song in scores.songs}
    return {"overall": scores.as_dict(), "types": scores.type_accuracies(), "songs": songs}


def table(result: dict[str, Any]) -> str:
    """Return the overall figures as text, the recognizer beside its control."""
    columns = {"recognizer": result["overall"]}
    columns |= {name: entry["overall"] for name, entry in result.get("controls", {}).items()}
    lines = [f"{'':28s}" + "".join(f"{name:>14s}" for name in columns)]
    for metric in result["overall"]:
        digits = 3 if metric in METRICS or "accuracy" in metric else 1
        lines.append(f"{metric:28s}" + "".join(f"{column[metric]:14.{digits}f}" for column in columns.values()))
    return "\n".join(lines)


@entry_point(EvaluateConfig)
def main(config: EvaluateConfig) -> None:
    """Evaluate and print."""
    result = evaluate(config)
    print(f"{len(result['songs'])} recordings\n{table(result)}")
    if config.json:
        print(f"written: {config.json}")


if __name__ == "__main__":
    sys.exit(main())
