"""From trained weights to files that run without Keras, each held to the network that it came from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np

from sequence_models.checkpoints import load_model, transfer_weights
from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.config import ExportConfig
from sequence_models.chord_generator.lite import export_saved_model, export_tflite
from sequence_models.chord_generator.model import build_export_model, make_step_model, plain_step_model
from sequence_models.chord_generator.model_card import card
from sequence_models.chord_generator.quantized import export_int8
from sequence_models.chord_generator.signatures import categories, step_signature, window_signature
from sequence_models.chord_generator.step_chain import verify_chain
from shared.export.keras_onnx import export_keras
from shared.export.references import Arrays, Reference
from shared.export.signature import Signature
from shared.export.verify import Parity, verify_parity
from shared.files import write_json

_UNSEEN_LENGTHS = (1, 17, 90)


def export_run(config: ExportConfig) -> Path:
    """Write and verify the exports of a run; return the path of the step model.

    Raises:
        ExportError: when an exported model does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, run_folder.FINAL_MODEL)
    output = Path(config.output_dir) if config.output_dir else folder
    settings, data = run_folder.read_settings(folder)
    trained = load_model(folder / run_folder.FINAL_MODEL)
    window = transfer_weights(trained, build_export_model(settings))
    step = make_step_model(trained, settings)
    found: dict[str, dict[str, float]] = {}
    for model, plain, signature, name in (
        (window, window, window_signature(settings), run_folder.WINDOW_MODEL),
        (step, plain_step_model(trained, settings), step_signature(settings), run_folder.STEP_MODEL),
    ):
        path = export_keras(model, signature, card(signature, data, folder), output / name)
        parity = verify_parity(path, _reference(plain, signature), _lengths(signature), categories())
        found[name] = asdict(parity)
        print(f"{path}: differs from Keras by at most {parity.max_difference:.1e} in {parity.cases} comparisons")
    chain = verify_chain(output / run_folder.WINDOW_MODEL, output / run_folder.STEP_MODEL)
    found["chord by chord"] = asdict(chain)
    print(f"the step model, chord by chord, differs from the full model by at most {chain.max_difference:.1e}")
    if config.int8:
        close = export_int8(folder, output)
        write_json(output / run_folder.INT8_FILE, close)
        print(
            f"{output / run_folder.INT8_MODEL}: int8, argmax as in float32 in {close['argmax_agreement']:.1%} of "
            f"{close['positions']} chords, perplexity {close['perplexity_ratio'] - 1:+.2%}"
        )
    write_json(output / run_folder.PARITY_FILE, found)
    if config.tflite:
        # LiteRT has no LSTM of free length: of the song network it gets the step model.
        name, model = ("chord_generator_step.tflite", step)
        if settings.is_classic:
            name, model = "chord_generator.tflite", transfer_weights(trained, build_export_model(settings, unroll=True))
        print(f"{export_tflite(model, output / name)}: LiteRT, agrees with Keras")
    if config.saved_model:
        print(f"{export_saved_model(window, output / 'saved_model')}: SavedModel")
    return output / run_folder.STEP_MODEL


def parity_of(folder: Path) -> Parity:
    """Compare the exports of a run with its Keras model once more; the worse of the two counts.

    Raises:
        ExportError: when they differ by more than the contract allows.
    """
    settings, _ = run_folder.read_settings(folder)
    trained = load_model(folder / run_folder.FINAL_MODEL)
    pairs = (
        (transfer_weights(trained, build_export_model(settings)), window_signature(settings), run_folder.WINDOW_MODEL),
        (plain_step_model(trained, settings), step_signature(settings), run_folder.STEP_MODEL),
    )
    found = [
        verify_parity(folder / name, _reference(model, signature), _lengths(signature), categories())
        for model, signature, name in pairs
    ]
    found.append(verify_chain(folder / run_folder.WINDOW_MODEL, folder / run_folder.STEP_MODEL))
    return max(found, key=lambda parity: parity.max_difference)


def _lengths(signature: Signature) -> tuple[int, ...]:
    """Return lengths that the exporter never saw, for a network that takes any."""
    return _UNSEEN_LENGTHS if "length" in signature.free_axes() else ()


def _reference(model: keras.Model, signature: Signature) -> Reference:
    def answer(feeds: Arrays) -> Arrays:
        outputs = model([feeds[spec.name] for spec in signature.inputs], training=False)
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return {spec.name: np.asarray(value) for spec, value in zip(signature.outputs, outputs, strict=True)}

    return answer
