"""ONNX Runtime sessions that are checked against their written signature before the first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from shared.errors import ConsortError, InputError
from shared.export.signature import Signature, TensorSpec, signature_path

_ONNX_TYPES = {"tensor(float)": "float32", "tensor(int32)": "int32", "tensor(int64)": "int64"}


class SignatureMismatchError(ConsortError):
    """A model file and its signature disagree."""


class OnnxModel:
    """A model that has been held to its signature; `run` takes and gives arrays by name."""

    def __init__(self, path: Path | str, threads: int = 1) -> None:
        """Open NAME.onnx and NAME.json beside it.

        `threads` is the number of cores for one operation; small models are fastest on one.

        Raises:
            InputError: when a file is missing or is no model.
            SignatureMismatchError: naming the first tensor in which the two differ.
        """
        self.path = Path(path)
        if not self.path.is_file():
            raise InputError(f"no such model: {path}")
        self.signature = Signature.load(signature_path(self.path))
        self._session = _open(self.path, threads)
        _compare(self.path, "input", self._session.get_inputs(), self.signature.inputs)
        _compare(self.path, "output", self._session.get_outputs(), self.signature.outputs)
        self._output_names = [spec.name for spec in self.signature.outputs]

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return the outputs by name.

        Raises:
            InputError: when an input is missing or has the wrong shape or dtype.
        """
        try:
            values = self._session.run(self._output_names, feeds)
        except Exception as error:  # onnxruntime's errors have no public base but Exception
            reason = " ".join(str(error).split())
            raise InputError(f"{self.path.name} does not accept these inputs: {reason}") from error
        return dict(zip(self._output_names, values, strict=True))

    def bind(self, inputs: Mapping[str, NDArray[Any]], outputs: Mapping[str, NDArray[Any]]) -> Callable[[], None]:
        """Return a call that reads the input arrays as they stand then, and writes the output arrays in place.

        No array is made or copied, which for a small model is most of the cost of `run`. Arrays must have the
        dtypes and shapes of the signature and lie contiguously in memory.
        """
        binding = self._session.io_binding()
        for name, array in inputs.items():
            binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(array))
        for name, array in outputs.items():
            binding.bind_ortvalue_output(name, ort.OrtValue.ortvalue_from_numpy(array))
        return partial(self._session.run_with_iobinding, binding)


def _open(path: Path, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no public base but Exception
        raise InputError(f"{path} is not a readable ONNX model: {str(error).splitlines()[0]}") from error


def _compare(path: Path, side: str, found: Sequence[ort.NodeArg], specs: Sequence[TensorSpec]) -> None:
    """Refuse the model when names, axes or dtypes are not those of the signature."""
    names, expected = [value.name for value in found], [spec.name for spec in specs]
    if names != expected:
        odd = sorted(set(names) ^ set(expected)) or names
        raise SignatureMismatchError(
            f"{path}: its {side}s do not match {signature_path(path).name} (differs in {', '.join(odd)})"
        )
    for value, spec in zip(found, specs, strict=True):
        fixed = [axis if isinstance(axis, int) else None for axis in value.shape]
        wanted = [axis if isinstance(axis, int) else None for axis in spec.axes]
        if fixed != wanted or _ONNX_TYPES.get(value.type) != spec.dtype:
            raise SignatureMismatchError(
                f"{path}: {side} '{spec.name}' is {value.type} {value.shape}, "
                f"but {signature_path(path).name} says {spec.dtype} {list(spec.axes)}"
            )
