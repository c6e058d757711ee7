"""The other export formats: LiteRT (TFLite) for phones, SavedModel for TensorFlow Serving."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from shared.export.verify import TOLERANCE, ExportError
from shared.files import atomic_path
from shared.stack import quiet_stderr


def export_tflite(model: keras.Model, path: Path) -> Path:
    """Write an unrolled window model as a LiteRT flat buffer, hold it to Keras, and return the path.

    Raises:
        ExportError: when the converted model answers differently.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    with contextlib.redirect_stdout(io.StringIO()), quiet_stderr():
        content = converter.convert()
    with quiet_stderr():
        _check(content, model)
    with atomic_path(path) as aside:
        aside.write_bytes(content)
    return path


def _check(content: bytes, model: keras.Model) -> None:
    runner = Interpreter(model_content=content)
    runner.allocate_tensors()
    feeds = {tensor.name: np.ones([1, *tensor.shape[1:]], tensor.dtype) for tensor in model.inputs}
    signature = runner.get_signature_runner()
    answer = model(list(feeds.values()), training=False)
    wanted = answer[0] if isinstance(answer, list | tuple) else answer
    found = signature(**feeds)
    # Outputs are known by place: the first is the probabilities.
    first = min(found, key=lambda name: int(name.rpartition("_")[2] or 0))
    difference = float(np.abs(found[first] - np.asarray(wanted)).max())
    if difference > TOLERANCE:
        raise ExportError(f"the LiteRT model differs from Keras by {difference:.1e}, more than {TOLERANCE}")


def export_saved_model(model: keras.Model, folder: Path) -> Path:
    """Write a window model as a SavedModel folder (its signature is `serving_default`) and return it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        model.export(Path(aside) / "model", format="tf_saved_model", verbose=False)
        if folder.exists():
            shutil.rmtree(folder)
        (Path(aside) / "model").replace(folder)
    return folder
