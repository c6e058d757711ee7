"""Hear the emotion of recordings and MIDI files.

Examples:
    python -m audio_models.emotion_recognizer.predict song.mp3
    python -m audio_models.emotion_recognizer.predict my_music/ --format json --output emotions.json

A file that cannot be heard is named, and the others go on; the exit code is then 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from audio_models.emotion_recognizer import run_folder
from audio_models.emotion_recognizer.config import PredictConfig
from shared.audio.decoders import AUDIO_SUFFIXES
from shared.cli import entry_point
from shared.decoding.emotion_recognition import MIDI_SUFFIXES, EmotionEar, Heard
from shared.errors import ConsortError, InputError
from shared.files import write_json
from shared.music.emotion_point import DIMENSIONS

_SUFFIXES = (*AUDIO_SUFFIXES, *MIDI_SUFFIXES)


def predict(config: PredictConfig) -> tuple[dict[str, Heard], int]:
    """Return what was heard in each file, and how many files could not be heard.

    Raises:
        ConsortError: when there is no file or no model.
    """
    paths = [path for name in config.files for path in _files(Path(name))]
    if not paths:
        raise InputError("name audio or MIDI files, or folders of them, as in: predict song.mp3")
    ear = EmotionEar(run_folder.model_path(config.model, config.checkpoint_root))
    heard: dict[str, Heard] = {}
    failed = 0
    for path in tqdm(paths, desc="hearing", unit="file", disable=len(paths) == 1):
        try:
            heard[str(path)] = ear.of_file(path)
        except ConsortError as error:
            failed += 1
            tqdm.write(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    return heard, failed


def _files(path: Path) -> list[Path]:
    """Return a file as it is, whatever its suffix, and of a folder the audio and MIDI files below it."""
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.suffix.lower() in _SUFFIXES)


def as_json(heard: Heard) -> dict[str, Any]:
    """Return what was heard as plain values."""
    point = {name: round(getattr(heard.point, name), 4) for name in DIMENSIONS}
    node = heard.nearest.node
    embedding = [round(float(value), 5) for value in heard.embedding]
    return {**point, "node_id": node.id, "word": node.word, "embedding": embedding}


def as_line(name: str, heard: Heard) -> str:
    """Return what was heard as a line."""
    point = heard.point
    return f"{name}: {heard.nearest.node.word} (valence {point.valence:+.2f}, arousal {point.arousal:+.2f})"


@entry_point(PredictConfig)
def main(config: PredictConfig) -> int:
    """Hear; the exit code is 1 when a file could not be."""
    heard, failed = predict(config)
    content = {name: as_json(found) for name, found in heard.items()}
    if config.output:
        write_json(config.output, content)
        print(f"wrote {config.output}")
    elif config.format == "json":
        print(json.dumps(content, indent=1))
    else:
        print("\n".join(as_line(name, found) for name, found in heard.items()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
