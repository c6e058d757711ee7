"""The files of an emotion recognizer's run folder: their names, and how they are read back."""

from __future__ import annotations

from pathlib import Path

from audio_models.emotion_recognizer.config import MODEL_NAME, SHIPPED_NAME, ModelConfig
from audio_models.emotion_recognizer.model import EmotionRecognizer, build_model
from audio_models.training.checkpoints import load_weights, read_weights
from shared.runs import saved_settings
from shared.shipped import find_run, model_file, shipped_folder

# All begin with the model's name: the other nets of the emotion pipeline ship in the same folder.
WEIGHTS_FILE = "emotion_recognizer.pt"
CONFIG_FILE = "emotion_recognizer_config.json"
HISTORY_FILE = "emotion_recognizer_history.json"
SOURCES_FILE = "emotion_recognizer_sources.json"
CONTROLS_FILE = "emotion_recognizer_controls.npz"
RESULTS_FILE = "emotion_recognizer_results.json"
ONNX_FILE = "emotion_recognizer.onnx"
WAVEFORM_FILE = "emotion_recognizer_waveform.onnx"
INT8_FILE = "emotion_recognizer_int8.onnx"


def resolve(checkpoint: str, root: str, *, shipped: bool = True) -> Path:
    """Return the run folder that the user named, else the weights that ship, else the newest run.

    Raises:
        ConsortError: when there is none.
    """
    found = shipped_folder(SHIPPED_NAME, WEIGHTS_FILE) if shipped else None
    return find_run(MODEL_NAME, checkpoint, root, WEIGHTS_FILE, shipped=found)


def model_path(named: str, root: str) -> Path:
    """Return the exported model that a user means: the one named, that which ships, or the newest run's.

    Raises:
        ConsortError: when there is none.
    """
    return model_file(MODEL_NAME, named, root, SHIPPED_NAME)


def load_model(folder: Path) -> EmotionRecognizer:
    """Return the network of a run, ready for use.

    Raises:
        InputError: when a file is missing, damaged or of another network.
    """
    model = build_model(saved_settings(ModelConfig, folder / CONFIG_FILE, "model"))
    load_weights(model, read_weights(folder / WEIGHTS_FILE), folder / WEIGHTS_FILE)
    return model.eval()
