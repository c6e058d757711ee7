"""Recognise the chords of audio files: one chord file per recording, and a picture on request.

Examples:
    python -m audio_models.chord_recognizer.predict song.mp3
    python -m audio_models.chord_recognizer.predict song.mp3 --format sheet --plot
    python -m audio_models.chord_recognizer.predict my_music/ --format jams --output-dir chords --beats
"""

from __future__ import annotations

import sys

from audio_models.chord_recognizer.config import MODEL_NAME, PredictConfig
from shared.cli import entry_point
from shared.decoding.chord_batch import BatchWish, recognise_files
from shared.decoding.chord_recognition import FramesModel, Recognizer
from shared.errors import InputError
from shared.shipped import model_file


def predict(config: PredictConfig) -> int:
    """Write the chords of every file and return how many could not be recognised.

    Raises:
        ConsortError: when there is no file or no model.
    """
    if not config.files:
        raise InputError("name audio files or folders, as in: predict song.mp3")
    path = model_file(MODEL_NAME, config.model, config.checkpoint_root)
    recognizer = Recognizer(FramesModel(path), config.self_transition)
    wish = BatchWish(config.format, config.output_dir, config.beats, config.plot)
    return recognise_files(recognizer, config.files, wish)


@entry_point(PredictConfig)
def main(config: PredictConfig) -> int:
    """Recognise; the exit code is 1 when a file could not be."""
    return 1 if predict(config) else 0


if __name__ == "__main__":
    sys.exit(main())
