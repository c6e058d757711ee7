"""Emotion nets of one multiplication, with their signatures: small enough to be read, made without any framework."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from shared.decoding.emotion_models import NETS
from shared.export.signature import Signature, TensorSpec, signature_path

SAMPLE_RATE = 8_000
RECOGNIZER = "emotion_recognizer_waveform"


def plant_nets(folder: Path) -> Path:
    """Write the four nets that compose: sigmoid(input x weights), the weights drawn small; return the folder."""
    rng = np.random.default_rng(5)
    for name, inputs, outputs in NETS.values():
        weights = rng.normal(0.0, 0.3, (len(inputs), len(outputs))).astype(np.float32)
        nodes = [
            helper.make_node("MatMul", ["x", "weights"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["y"]),
        ]
        _save(folder / f"{name}.onnx", nodes, {"weights": weights}, len(inputs), len(outputs))
    return folder


def plant_recognizer(folder: Path) -> Path:
    """Write a recognizer of waveforms that hears the point (0.5, 0, 0, 0.5) in silence, and return its path."""
    table = np.zeros((1, 64), dtype=np.float32)
    table[0, 0] = 0.5
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["loudest"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["loudest", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "table"], ["y"]),
    ]
    constants = {"nothing": np.zeros((1, 1), np.float32), "table": table}
    path = folder / f"{RECOGNIZER}.onnx"
    _save(path, nodes, constants, "samples", 64)
    return path


def _save(
    path: Path, nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], width: int | str, outputs: int
) -> None:
    """Write a graph from x [batch, width] to y [batch, outputs] and its signature."""
    x, y = (TensorSpec(name, ("batch", size), "float32", name) for name, size in (("x", width), ("y", outputs)))
    values = [helper.make_tensor_value_info(spec.name, TensorProto.FLOAT, list(spec.axes)) for spec in (x, y)]
    initializers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, path.stem, values[:1], values[1:], initializers)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    Signature(path.stem, "planted", (x,), (y,), settings={"sample_rate": SAMPLE_RATE}).save(signature_path(path))
