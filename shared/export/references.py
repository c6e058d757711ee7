"""What the framework answered, kept beside an exported model, so that the files alone can show that they are right.

`NAME_reference.npz` holds arrays `in.TENSOR` and `out.TENSOR`: inputs drawn at random, a batch of three, and the
trained model's answers to them. It holds for `NAME.onnx`, and within a wider limit for `NAME_int8.onnx`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError
from shared.export.signature import Signature, TensorSpec, signature_path
from shared.files import atomic_path
from shared.runtime import OnnxModel

Arrays = dict[str, NDArray[Any]]
Reference = Callable[[Arrays], Arrays]

INT8_SUFFIX = "_int8"
_BATCH, _LENGTH = 3, 64
_INPUT, _OUTPUT = "in.", "out."


def draw_inputs(
    signature: Signature, sizes: Mapping[str, int], categories: Mapping[str, int], rng: np.random.Generator
) -> Arrays:
    """Return random inputs of a model by name.

    Args:
        signature: of the model.
        sizes: of its free axes.
        categories: for each integer input the number of ids to draw from, 2 where it is not named.
        rng: draws.
    """
    return {spec.name: _draw(spec, sizes, categories, rng) for spec in signature.inputs}


def _draw(
    spec: TensorSpec, sizes: Mapping[str, int], categories: Mapping[str, int], rng: np.random.Generator
) -> NDArray[Any]:
    shape = spec.shape(**sizes)
    drawn: NDArray[Any] = 0.5 * rng.standard_normal(shape)
    if spec.dtype != "float32":
        drawn = rng.integers(0, categories.get(spec.name, 2), shape)
    return drawn.astype(spec.dtype)


def reference_path(model_path: Path) -> Path:
    """Return where the reference of an ONNX file lies; an int8 file shares that of the float32 file."""
    return model_path.with_name(f"{model_path.stem.removesuffix(INT8_SUFFIX)}_reference.npz")


def write_reference(
    model_path: Path, reference: Reference, categories: Mapping[str, int] | None = None, seed: int = 0
) -> Path:
    """Ask the framework and keep its answers beside the model; return the path.

    Args:
        model_path: the exported model, with its signature beside it.
        reference: the framework: inputs by name to outputs by name.
        categories: as `draw_inputs` takes them.
        seed: of the inputs.
    """
    signature = Signature.load(signature_path(model_path))
    sizes = {axis: _BATCH if axis == "batch" else _LENGTH for axis in signature.free_axes()}
    feeds = draw_inputs(signature, sizes, categories or {}, np.random.default_rng(seed))
    answers = reference(feeds)
    arrays = {f"{_INPUT}{name}": value for name, value in feeds.items()}
    arrays |= {f"{_OUTPUT}{name}": np.asarray(value) for name, value in answers.items()}
    path = reference_path(model_path)
    with atomic_path(path) as aside:
        np.savez_compressed(aside, **arrays)  # type: ignore[arg-type] # its third parameter is not for arrays
    return path


def reference_difference(model: OnnxModel) -> float | None:
    """Return how far a model's answers are from the framework's at most, None where no reference lies beside it.

    Raises:
        InputError: when the reference cannot be read or is not of this model.
    """
    path = reference_path(model.path)
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no reference ({error}); export the model again") from error
    found = model.run({name.removeprefix(_INPUT): array for name, array in arrays.items() if name.startswith(_INPUT)})
    wanted = {name.removeprefix(_OUTPUT): array for name, array in arrays.items() if name.startswith(_OUTPUT)}
    odd = [name for name, value in found.items() if name not in wanted or wanted[name].shape != value.shape]
    if odd:
        raise InputError(f"{path} knows no answer of this shape for {', '.join(odd)}; export the model again")
    return max(float(np.abs(found[name] - wanted[name]).max(initial=0.0)) for name in found)
