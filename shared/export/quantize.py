"""The int8 variant of an exported model: a quarter of the bytes to keep, to send and to read at each step."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from shared.export.signature import Signature, signature_path
from shared.files import atomic_path


def quantize(path: Path, target: Path) -> Path:
    """Write a model with int8 weights (one scale per column) and float32 tensors, and its signature beside it.

    Activations are quantised as they come, so no calibration songs are needed. The answers differ a little from
    the float32 model's: whoever ships the file says by how much.
    """
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # the quantizer recommends a preprocessing that an LSTM graph has no use for
    try:
        with atomic_path(target) as aside:
            quantize_dynamic(str(path), str(aside), weight_type=QuantType.QInt8, per_channel=True)
            onnx.checker.check_model(onnx.load(str(aside)))
    finally:
        root.setLevel(level)
    signature = Signature.load(signature_path(path))
    settings = {**signature.settings, "weights": "int8"}
    replace(signature, name=target.stem, settings=settings).save(signature_path(target))
    return target
