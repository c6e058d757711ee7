"""The files of a chord recognizer's run folder: their names, and how they are read back."""

from __future__ import annotations

from pathlib import Path

from audio_models.chord_recognizer.config import MODEL_NAME, ModelConfig
from audio_models.chord_recognizer.model import ChordRecognitionModel
from audio_models.training.checkpoints import BEST, load_weights, read_checkpoint
from shared.decoding.chord_recognition import DEFAULT_SELF_TRANSITION, SELF_TRANSITION
from shared.files import read_json
from shared.runs import saved_settings
from shared.shipped import find_run

CONFIG_FILE = "training_config.json"
HISTORY_FILE = "training_history.json"
SOURCES_FILE = "training_sources.json"
PARITY_FILE = "export_parity.json"
DECODER_FILE = "decoder.json"
RESULTS_FILE = "test_results.json"
ONNX_FILE = "chord_recognizer.onnx"
STREAM_ONNX_FILE = "chord_recognizer_stream.onnx"


def resolve(checkpoint: str, root: str) -> Path:
    """Return the run folder that the user named, or the newest that has weights.

    Raises:
        ConsortError: when there is none.
    """
    return find_run(MODEL_NAME, checkpoint, root, BEST)


def load_model(folder: Path) -> ChordRecognitionModel:
    """Return the network of a run with its best weights, ready for use.

    Raises:
        InputError: when a file is missing, damaged or of another network.
    """
    model = ChordRecognitionModel(saved_settings(ModelConfig, folder / CONFIG_FILE, "model"))
    load_weights(model.net, read_checkpoint(folder / BEST)["model"], folder / BEST)
    return model.eval()


def decoder_settings(folder: Path) -> dict[str, float]:
    """Return what `tune` chose for the decoder; what was not tuned is as decoding has it."""
    path = folder / DECODER_FILE
    return {SELF_TRANSITION: DEFAULT_SELF_TRANSITION} | (read_json(path) if path.is_file() else {})
