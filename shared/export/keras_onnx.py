"""Keras to ONNX: the one file of `shared` that imports Keras.

`Model.export(format="onnx")` works on a model that has been called once. What it leaves is repaired here:
outputs are named `Identity:0`, each input has a batch symbol of its own, and the order is not promised.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
from numpy.typing import NDArray

from shared.export.package import ModelCard, rename_tensors, save_package, set_axes
from shared.export.signature import Signature
from shared.stack import quiet_stderr


def export_keras(model: keras.Model, signature: Signature, card: ModelCard, path: Path) -> Path:
    """Write a Keras model as NAME.onnx, NAME.json, NAME.md and return the first.

    The signature lists inputs and outputs in the order of `model.inputs` and `model.outputs`; its names become
    the names of the tensors.

    Raises:
        ConsortError: when the exported graph does not have the signature's tensors.
    """
    _call_once(model)
    with tempfile.TemporaryDirectory() as folder, _quiet():
        raw = Path(folder) / "model.onnx"
        model.export(raw, format="onnx", verbose=False)
        graph = onnx.load(str(raw))
    _repair(graph, model, signature)
    return save_package(graph, signature, card, path)


def _call_once(model: keras.Model) -> None:
    """Call the model on zeros: an uncalled model cannot be exported."""
    model(keras.tree.map_structure(_zeros, model.input))


def _zeros(tensor: keras.KerasTensor) -> NDArray[Any]:
    return np.zeros([size or 2 for size in (1, *tensor.shape[1:])], tensor.dtype)


def _repair(graph: onnx.ModelProto, model: keras.Model, signature: Signature) -> None:
    keras_names = [tensor.name for tensor in model.inputs]
    names = dict(zip(keras_names, (spec.name for spec in signature.inputs), strict=True))
    by_name = {value.name: value for value in graph.graph.input}
    ordered = [by_name[name] for name in keras_names]
    del graph.graph.input[:]
    graph.graph.input.extend(ordered)
    outputs = [value.name for value in graph.graph.output]
    names |= dict(zip(outputs, (spec.name for spec in signature.outputs), strict=True))
    rename_tensors(graph, names)
    set_axes(graph, signature)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the converter's chatter (NumPy deprecations, a line per pass) away from the user's screen."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), quiet_stderr():
        warnings.simplefilter("ignore", FutureWarning)
        yield
