"""From trained nets to files that run without Keras, each held to the net that it came from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from sequence_models.checkpoints import load_model
from sequence_models.midi_models import run_folder
from sequence_models.midi_models.config import ExportConfig
from sequence_models.midi_models.melody_net import make_step_net
from sequence_models.midi_models.model_card import card
from sequence_models.midi_models.run_folder import Net
from sequence_models.midi_models.signatures import categories, signature
from shared.export.keras_onnx import export_keras
from shared.export.quantize import quantize
from shared.export.references import Arrays, Reference, write_reference
from shared.export.signature import Signature, signature_path
from shared.export.verify import verify_parity
from shared.files import write_text


def export_run(config: ExportConfig) -> Path:
    """Write and verify the exports of a run; return their folder.

    Raises:
        ExportError: when an exported net does not answer as the trained one.
        ConsortError: when the run folder is not usable.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root)
    output = Path(config.output_dir) if config.output_dir else folder
    for net in run_folder.nets_in(folder, config.task, ".keras"):
        _export(folder, output, net, int8=config.int8)
    return output


def _export(folder: Path, output: Path, net: Net, *, int8: bool) -> None:
    settings, _ = run_folder.read_settings(folder, net)
    trained = load_model(run_folder.keras_path(folder, net))
    model = make_step_net(trained, settings) if settings.is_sequence else trained
    written = signature(net[0], settings)
    path = export_keras(model, written, card(folder, net, written), run_folder.onnx_path(output, net))
    reference = _reference(model, written)
    parity = verify_parity(path, reference, categories=categories())
    write_reference(path, reference, categories())
    print(f"{path}: differs from Keras by at most {parity.max_difference:.1e} in {parity.cases} comparisons")
    if int8:
        small = quantize(path, run_folder.onnx_path(output, net, int8=True))
        named = replace(Signature.load(signature_path(small)), name=small.stem)
        write_text(small.with_suffix(".md"), card(folder, net, named).text(named))
        print(f"{small}: int8, {small.stat().st_size / path.stat().st_size:.0%} of the bytes")


def _reference(model: keras.Model, written: Signature) -> Reference:
    def answer(feeds: Arrays) -> Arrays:
        inputs = [feeds[spec.name] for spec in written.inputs]
        outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return {spec.name: np.asarray(value) for spec, value in zip(written.outputs, outputs, strict=True)}

    return answer
