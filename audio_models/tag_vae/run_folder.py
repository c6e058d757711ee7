"""The files of a tag VAE's run folder: their names, and how they are read back without Lightning."""

from __future__ import annotations

from pathlib import Path

from audio_models.tag_vae.config import MODEL_NAME, ModelConfig
from audio_models.tag_vae.model import TagVae, build_model
from audio_models.training.checkpoints import load_weights, read_weights
from shared.music.tag_taxonomy import Taxonomy
from shared.runs import saved_settings
from shared.shipped import find_run, shipped_folder

WEIGHTS_FILE = "weights.pt"  # plain tensors: what Lightning's checkpoints hold besides is for going on
FINAL_FILE = "final.ckpt"
CHECKPOINTS = "checkpoints"
CONFIG_FILE = "config.json"
TAXONOMY_FILE = "concepts_to_tags.json"
CONTROLS_FILE = "controls.npz"
RESULTS_FILE = "test_results.json"
ENCODER_FILE = "tag_vae_encoder.onnx"
DECODER_FILE = "tag_vae_decoder.onnx"


def resolve(checkpoint: str, root: str, *, shipped: bool = True) -> Path:
    """Return the run folder that the user named, else the weights that ship, else the newest run.

    Raises:
        ConsortError: when there is none.
    """
    found = shipped_folder(MODEL_NAME, ENCODER_FILE) if shipped else None
    return find_run(MODEL_NAME, checkpoint, root, WEIGHTS_FILE, shipped=found)


def load_taxonomy(folder: Path) -> Taxonomy:
    """Return the concepts that a run was trained on."""
    return Taxonomy.load(folder / TAXONOMY_FILE)


def load_model(folder: Path) -> TagVae:
    """Return the network of a run with its best weights, ready for use.

    Raises:
        InputError: when a file is missing, damaged or of another network.
    """
    model = build_model(saved_settings(ModelConfig, folder / CONFIG_FILE, "model"), len(load_taxonomy(folder)))
    load_weights(model, read_weights(folder / WEIGHTS_FILE), folder / WEIGHTS_FILE)
    return model.eval()
