"""The int8 variant of an exported model: between a quarter and a third of the bytes, and faster on a CPU.

| weight                           | is kept as                          | and computed in                        |
|----------------------------------|-------------------------------------|----------------------------------------|
| matrix of a MatMul or Gemm       | int8, a scale per 64 rows of a      | int8: activations are quantised as     |
|                                  | column (MatMulNBits)                | they come, a scale per 64 of a row     |
| matrix of a last product         | float16                             | float32, widened once when loaded      |
| table of a Gather                | int8, a scale per 32 of a row       | float32, widened after the look-up     |
| under 4096 numbers; biases       | float32                             | float32                                |

A last product has no other product after it: its rounding goes straight into the answer, and costs more
agreement than all other layers together. Products of two activations hold no weights and stay as they are.

Why not `quantize_dynamic` (one scale per column, one for all activations)? Its kernel for x86 without VNNI adds
pairs of products in 16 bits, which saturate: on an emulated Haswell a product of random matrices is off by 5 to
14 %, with MatMulNBits by 0.6 % as everywhere.

`MatMulNBits` is ONNX Runtime's own operator, with 8 bits since 1.22. ONNX Runtime Web knows it too, but has no
int8 kernel for it: in a browser the float32 file is several times faster.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from shared.export.signature import Signature, signature_path
from shared.files import atomic_path

SMALLEST = 4096  # numbers: below, a scale and a node cost more than the bytes saved
PRODUCT_BLOCK, TABLE_BLOCK = 64, 32
_CONTRIB = "com.microsoft"
_INT8_ARITHMETIC = 4  # MatMulNBits' accuracy_level; 0 to 3 widen the weights at each call, 20 times slower
_ZERO = 128  # what MatMulNBits takes from its unsigned weights

Floats = NDArray[np.float32]


def quantize(path: Path, target: Path) -> Path:
    """Write a model with int8 weights and float32 tensors, and its signature beside it.

    Weights are rounded to the nearest of 255 values and activations are quantised as they come, so no songs are
    needed. The answers differ a little from the float32 model's: whoever ships the file says by how much.
    """
    model = onnx.load(str(path))
    _Rewriting(model).apply()
    onnx.checker.check_model(model)
    with atomic_path(target) as aside:
        onnx.save(model, str(aside))
    signature = Signature.load(signature_path(path))
    settings = {**signature.settings, "weights": "int8"}
    replace(signature, name=target.stem, settings=settings).save(signature_path(target))
    return target


class _Rewriting:
    """One pass over a graph, from its first node to its last."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.weights = {
            tensor.name: numpy_helper.to_array(tensor)
            for tensor in model.graph.initializer
            if tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) == 2
        }
        self.weights = {name: value for name, value in self.weights.items() if value.size >= SMALLEST}
        self.ranks = _ranks(model)
        self.added: dict[str, onnx.TensorProto] = {}

    def apply(self) -> None:
        """Exchange the nodes with large weights, and drop the weights that nothing reads any more."""
        graph = self.model.graph
        last = self._last_products()
        nodes = [new for index, node in enumerate(graph.node) for new in self._exchange(node, index in last)]
        del graph.node[:]
        graph.node.extend(nodes)
        read = set(chain.from_iterable(node.input for node in nodes)) | {value.name for value in graph.output}
        kept = [tensor for tensor in graph.initializer if tensor.name in read]
        del graph.initializer[:]
        graph.initializer.extend([*kept, *self.added.values()])
        if any(node.domain == _CONTRIB for node in nodes):
            self.model.opset_import.append(helper.make_opsetid(_CONTRIB, 1))

    def _last_products(self) -> set[int]:
        """Return the places of the products from which no other product is reached; nodes stand in order."""
        leading: set[str] = set()  # tensors on the way to a product
        last = set()
        for index, node in reversed(list(enumerate(self.model.graph.node))):
            leads = not leading.isdisjoint(node.output)
            if self._is_product(node) and not leads:
                last.add(index)
            if self._is_product(node) or leads:
                leading.update(node.input)
        return last

    def _is_product(self, node: onnx.NodeProto) -> bool:
        if node.op_type not in ("MatMul", "Gemm") or node.input[1] not in self.weights:
            return False
        attributes = _attributes(node)
        return not attributes.get("transA", 0) and attributes.get("alpha", 1) == attributes.get("beta", 1) == 1

    def _exchange(self, node: onnx.NodeProto, is_last: bool) -> list[onnx.NodeProto]:
        if self._is_product(node):
            return self._half_product(node) if is_last else self._int8_product(node)
        is_lookup = node.op_type == "Gather" and not _attributes(node).get("axis", 0)
        if is_lookup and node.input[0] in self.weights and node.input[1] in self.ranks:
            return self._int8_lookup(node)
        return [node]

    def _half_product(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        name = node.input[1]
        wide = f"{node.output[0]}_weights"  # of the node's own: two products may share a matrix
        half = self._add(f"{name}_float16", self.weights[name].astype(np.float16))
        node.input[1] = wide
        return [helper.make_node("Cast", [half], [wide], to=onnx.TensorProto.FLOAT), node]

    def _int8_product(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """Exchange a product with W [K, N]; MatMulNBits wants [N, blocks, 64] and the scales [N * blocks]."""
        name, (answer,) = node.input[1], node.output
        columns = self.weights[name] if _attributes(node).get("transB", 0) else self.weights[name].T
        n, k = columns.shape
        rounded, scales = _rounded(np.pad(columns, ((0, 0), (0, -k % PRODUCT_BLOCK))), PRODUCT_BLOCK)
        bias = [given for given in node.input[2:] if given]
        kind = "transposed_int8" if columns is self.weights[name] else "int8"
        inputs = [
            node.input[0],
            self._add(f"{name}_{kind}", (rounded + np.int16(_ZERO)).astype(np.uint8)),
            self._add(f"{name}_{kind}_scales", scales.reshape(-1)),
        ]
        product = helper.make_node(
            "MatMulNBits", inputs, [f"{answer}_unbiased" if bias else answer], node.name, domain=_CONTRIB,
            K=k, N=n, bits=8, block_size=PRODUCT_BLOCK, accuracy_level=_INT8_ARITHMETIC,
        )  # fmt: skip
        added = [helper.make_node("Add", [product.output[0], *bias], [answer], f"{node.name}_bias")] if bias else []
        return [product, *added]

    def _int8_lookup(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """Look up rounded rows [..., blocks, 32] and their scales [..., blocks, 1]; ids may have any rank."""
        (name, ids), (answer,) = node.input, node.output
        table = self.weights[name]
        rounded, scales = _rounded(table, TABLE_BLOCK if table.shape[1] % TABLE_BLOCK == 0 else table.shape[1])
        rank = self.ranks[ids]
        shape = self._add(f"{name}_shape_{rank}", np.array([0] * rank + [-1], dtype=np.int64))  # 0 = as it was
        parts = [f"{answer}_{part}" for part in ("int8", "wide", "scales", "blocks")]
        return [
            helper.make_node("Gather", [self._add(f"{name}_int8", rounded), ids], parts[:1]),
            helper.make_node("Cast", parts[:1], parts[1:2], to=onnx.TensorProto.FLOAT),
            helper.make_node("Gather", [self._add(f"{name}_int8_scales", scales), ids], parts[2:3]),
            helper.make_node("Mul", parts[1:3], parts[3:]),
            helper.make_node("Reshape", [parts[3], shape], [answer], node.name),
        ]

    def _add(self, name: str, values: NDArray[np.generic]) -> str:
        """Keep a tensor, once however many nodes read it."""
        self.added[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name


def _rounded(rows: Floats, block: int) -> tuple[NDArray[np.int8], Floats]:
    """Round rows [n, m] to -127 ... 127 per block: int8 [n, m / block, block], scales [n, m / block, 1]."""
    parts = rows.reshape(len(rows), -1, block)
    largest = np.abs(parts).max(axis=-1, keepdims=True)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(parts / scales).astype(np.int8), scales


def _attributes(node: onnx.NodeProto) -> dict[str, float]:
    """Return the numbers among a node's attributes."""
    return {a.name: a.f if a.type == onnx.AttributeProto.FLOAT else a.i for a in node.attribute}


def _ranks(model: onnx.ModelProto) -> dict[str, int]:
    """Return the number of axes of each tensor whose shape can be told."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    values = chain(graph.input, graph.value_info, graph.output)
    known = {v.name: len(v.type.tensor_type.shape.dim) for v in values if v.type.tensor_type.HasField("shape")}
    return known | {tensor.name: len(tensor.dims) for tensor in graph.initializer}
