"""PyTorch to ONNX: the one file of `shared` that imports torch.

The dynamo exporter keeps batch and length free and knows the STFT; the older one bakes attention lengths in.
Randomness does not belong into the graph: a model that needs noise takes it as an input.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import onnxscript.optimizer
import torch

from shared.errors import ConsortError
from shared.export.package import ModelCard, save_package, set_axes
from shared.export.references import Arrays
from shared.export.signature import Signature, TensorSpec, signature_path
from shared.export.verify import Parity, verify_parity

RANDOM_NODES = frozenset({"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli"})
_OPSET = 18
# Numbers in a constant that is computed ahead of time. What is larger, such as weights that twelve keys share spread
# over the keys, ONNX Runtime computes when it opens the file, which stays several times smaller.
_FOLDED_AT_MOST = 16_384
# torch.export specialises sizes 0 and 1, and equal sizes of two axes look like one: distinct odd sizes avoid both.
_EXAMPLE_BATCH = 2


def export_torch(
    model: torch.nn.Module,
    signature: Signature,
    card: ModelCard,
    path: Path,
    example_sizes: dict[str, int] | None = None,
) -> Path:
    """Write a module as NAME.onnx, NAME.json, NAME.md and return the first.

    The signature lists the inputs in the order of `forward`'s arguments and the outputs in the order of its
    results. `example_sizes` gives each free axis a size that the model accepts (batch is 2 unless given).

    Raises:
        ConsortError: when the graph draws random numbers, or its tensors are not the signature's.
    """
    model.eval()
    sizes = {"batch": _EXAMPLE_BATCH, **(example_sizes or {})}
    with _quiet():
        program = torch.onnx.export(
            model,
            tuple(_example(spec, sizes) for spec in signature.inputs),
            dynamo=True,
            opset_version=_OPSET,
            input_names=[spec.name for spec in signature.inputs],
            output_names=[spec.name for spec in signature.outputs],
            dynamic_shapes=tuple(_dynamic(spec) for spec in signature.inputs),
            optimize=False,
        )
        if program is None:
            raise ConsortError(f"{signature.name}: torch.onnx.export returned no program")
        onnxscript.optimizer.optimize_ir(program.model, output_size_limit=_FOLDED_AT_MOST)
    graph = program.model_proto
    _forget_the_source(graph)
    _refuse_randomness(graph, signature.name)
    set_axes(graph, signature)
    return save_package(graph, signature, card, path)


def verify_torch(path: Path, trained: torch.nn.Module, lengths: tuple[int, ...] = ()) -> Parity:
    """Hold an exported file to the module that it was made of, say how far they are apart, and return it.

    `lengths` as in `verify.verify_parity`.

    Raises:
        ExportError: when they differ.
    """
    names = [spec.name for spec in Signature.load(signature_path(path)).outputs]

    def reference(feeds: Arrays) -> Arrays:
        with torch.no_grad():
            answer = trained(*(torch.from_numpy(values) for values in feeds.values()))
        several = answer if isinstance(answer, tuple) else (answer,)
        return dict(zip(names, (values.numpy() for values in several), strict=True))

    parity = verify_parity(path, reference, lengths)
    print(f"{path}: differs from PyTorch by at most {parity.max_difference:.1e} in {parity.cases} comparisons")
    return parity


def _example(spec: TensorSpec, sizes: dict[str, int]) -> torch.Tensor:
    dtype: torch.dtype = getattr(torch, spec.dtype)
    return torch.zeros(spec.shape(**sizes), dtype=dtype)


def _dynamic(spec: TensorSpec) -> dict[int, Any]:
    # Free, not bounded: with a lower bound of 1 torch.export refuses what counts frames, for it cannot prove that
    # there are two. ONNX Runtime knows no such bound.
    return {index: torch.export.Dim.DYNAMIC for index, axis in enumerate(spec.axes) if isinstance(axis, str)}


def _forget_the_source(graph: onnx.ModelProto) -> None:
    """Drop the Python lines that the exporter notes at each node: a kilobyte each, more than small weights."""
    for element in (*graph.graph.node, *graph.graph.value_info):
        element.doc_string = ""
        del element.metadata_props[:]


def _refuse_randomness(graph: onnx.ModelProto, name: str) -> None:
    random = {node.op_type for node in graph.graph.node} & RANDOM_NODES
    if random:
        raise ConsortError(f"{name}: the graph draws random numbers ({', '.join(random)}); take noise as an input")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's progress lines away from the user's screen."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)
