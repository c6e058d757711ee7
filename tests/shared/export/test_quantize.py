"""An int8 model keeps its large weights in bytes, its answers close and everything else as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from shared.export.quantize import quantize
from shared.export.signature import Signature, TensorSpec, signature_path
from shared.runtime import OnnxModel

FLOAT, INT32 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT32
SIGNATURE = Signature(
    "toy",
    "Rows of a table through layers.",
    (TensorSpec("ids", ("batch", 2), "int32", "ids"), TensorSpec("state", ("batch", 2, 96), "float32", "a state")),
    (TensorSpec("scores", ("batch", 2, 80), "float32", "scores"),),
    settings={"width": 96},
)


def _save(nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray], path: Path, signature: Signature) -> Path:
    values = [
        [helper.make_tensor_value_info(s.name, FLOAT if s.dtype == "float32" else INT32, s.axes) for s in side]
        for side in (signature.inputs, signature.outputs)
    ]
    tensors = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "toy", *values, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.save(model, str(path))
    signature.save(signature_path(path))
    return path


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes = {"table": (60, 96), "first": (192, 96), "small": (96, 8), "spread": (8, 96), "last": (96, 80)}
    return {name: rng.standard_normal(shape, dtype=np.float32) / shape[0] ** 0.5 for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def toy(weights: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A look-up by ids of rank 2, a large product, two small ones, a product of activations, a last product."""
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["rows"]),
        helper.make_node("Concat", ["rows", "state"], ["both"], axis=2),
        helper.make_node("MatMul", ["both", "first"], ["one"]),
        helper.make_node("MatMul", ["one", "small"], ["two"]),
        helper.make_node("MatMul", ["two", "spread"], ["three"]),
        helper.make_node("Transpose", ["three"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["three", "turned"], ["likeness"]),
        helper.make_node("MatMul", ["likeness", "one"], ["mixed"]),
        helper.make_node("Tanh", ["mixed"], ["squashed"]),
        helper.make_node("MatMul", ["squashed", "last"], ["scores"]),
    ]
    return _save(nodes, weights, tmp_path_factory.mktemp("toy") / "toy.onnx", SIGNATURE)


@pytest.fixture(scope="module")
def small(toy: Path) -> Path:
    return quantize(toy, toy.with_name("toy_int8.onnx"))


def _tensors(path: Path) -> dict[str, np.ndarray]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(path)).graph.initializer}


def _error(exact: Path, small: Path, feeds: dict[str, np.ndarray]) -> float:
    """Return the root mean square of the difference, relative to that of the exact answers."""
    wanted, found = (next(iter(OnnxModel(path).run(feeds).values())) for path in (exact, small))
    assert wanted.shape == found.shape
    return float(np.sqrt(np.mean((wanted - found) ** 2) / np.mean(wanted**2)))


def test_large_weights_become_bytes_and_the_last_product_halves(small: Path, weights: dict[str, np.ndarray]) -> None:
    tensors = _tensors(small)
    dtypes = {name: tensor.dtype for name, tensor in tensors.items() if tensor.size >= 4096}
    assert dtypes == {"table_int8": np.int8, "first_int8": np.uint8, "last_float16": np.float16}
    np.testing.assert_array_equal(tensors["last_float16"], weights["last"].astype(np.float16))
    for name in ("small", "spread"):
        np.testing.assert_array_equal(tensors[name], weights[name])


def test_only_products_with_large_weights_are_exchanged(small: Path) -> None:
    nodes = onnx.load(str(small)).graph.node
    assert [node.op_type for node in nodes if "MatMul" in node.op_type] == ["MatMulNBits"] + 5 * ["MatMul"]


def test_weights_are_rounded_to_the_nearest_step(small: Path, weights: dict[str, np.ndarray]) -> None:
    tensors = _tensors(small)
    table = (tensors["table_int8"] * tensors["table_int8_scales"]).reshape(60, 96)
    steps = np.abs(weights["table"].reshape(60, 3, 32)).max(-1, keepdims=True) / 127
    np.testing.assert_allclose(tensors["table_int8_scales"], steps, rtol=1e-6)
    assert (np.abs(table - weights["table"]).reshape(60, 3, 32) <= 0.5001 * steps).all()
    first = (tensors["first_int8"].astype(float) - 128) * tensors["first_int8_scales"].reshape(96, 3, 1)
    assert np.abs(first.reshape(96, 192).T - weights["first"]).max() <= 0.5001 * tensors["first_int8_scales"].max()


@pytest.mark.parametrize("batch", [1, 5])
def test_answers_stay_close(toy: Path, small: Path, batch: int) -> None:
    rng = np.random.default_rng(batch)
    feeds = {
        "ids": rng.integers(0, 60, (batch, 2), dtype=np.int32),
        "state": rng.standard_normal((batch, 2, 96), dtype=np.float32),
    }
    assert 0 < _error(toy, small, feeds) < 0.03


def test_signature_tells_of_the_weights_and_keeps_the_tensors(small: Path) -> None:
    signature = Signature.load(signature_path(small))
    assert (signature.name, dict(signature.settings)) == ("toy_int8", {"width": 96, "weights": "int8"})
    assert (signature.inputs, signature.outputs) == (SIGNATURE.inputs, SIGNATURE.outputs)


VECTORS = Signature(
    "vectors",
    "Vectors through layers.",
    (TensorSpec("x", ("batch", 100), "float32", "a vector"),),
    (TensorSpec("y", ("batch", 70), "float32", "a vector"),),
)


def _two_layers(first: np.ndarray, path: Path, kind: str, **attributes: float) -> Path:
    """Save a layer of the given kind with a bias, before a last product by an identity."""
    weights = {"first": first, "bias": np.linspace(-1, 1, 70, dtype=np.float32), "last": np.eye(70, dtype=np.float32)}
    inputs = ["x", "first", "bias"] if kind == "Gemm" else ["x", "first"]
    nodes = [
        helper.make_node(kind, inputs, ["hidden"], **attributes),
        helper.make_node("MatMul", ["hidden", "last"], ["y"]),
    ]
    return _save(nodes, weights, path, VECTORS)


@pytest.mark.parametrize(("attributes", "expected"), [({"transB": 1}, "MatMulNBits"), ({"alpha": 0.5}, "Gemm")])
def test_gemm_keeps_its_bias_and_its_scaling(tmp_path: Path, attributes: dict[str, float], expected: str) -> None:
    rng = np.random.default_rng(0)
    shape = (70, 100) if "transB" in attributes else (100, 70)
    first = rng.standard_normal(shape, dtype=np.float32) / 10
    exact = _two_layers(first, tmp_path / "exact.onnx", "Gemm", **attributes)
    small = quantize(exact, tmp_path / "small.onnx")
    assert expected in {node.op_type for node in onnx.load(str(small)).graph.node}
    assert _error(exact, small, {"x": rng.standard_normal((3, 100), dtype=np.float32)}) < 0.01


def test_sums_of_the_largest_products_do_not_saturate(tmp_path: Path) -> None:
    exact = _two_layers(np.ones((100, 70), np.float32), tmp_path / "exact.onnx", "MatMul")
    small = quantize(exact, tmp_path / "small.onnx")
    assert _error(exact, small, {"x": np.ones((2, 100), np.float32)}) < 1e-5


def test_a_matrix_read_twice_is_kept_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    square, last = (rng.standard_normal(shape, dtype=np.float32) / 10 for shape in ((100, 100), (100, 70)))
    nodes = [
        helper.make_node("MatMul", ["x", "square"], ["once"]),
        helper.make_node("MatMul", ["once", "square"], ["twice"]),
        helper.make_node("MatMul", ["twice", "last"], ["y"]),
    ]
    exact = _save(nodes, {"square": square, "last": last}, tmp_path / "exact.onnx", VECTORS)
    small = quantize(exact, tmp_path / "small.onnx")
    assert sorted(_tensors(small)) == ["last_float16", "square_int8", "square_int8_scales"]
    assert _error(exact, small, {"x": rng.standard_normal((3, 100), dtype=np.float32)}) < 0.02


def test_a_model_without_large_weights_stays_as_it_is(tmp_path: Path) -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    signature = Signature("few", "", VECTORS.inputs, (TensorSpec("y", ("batch", 4), "float32", "scores"),))
    exact = _save([node], {"w": np.ones((100, 4), np.float32)}, tmp_path / "exact.onnx", signature)
    small = quantize(exact, tmp_path / "small.onnx")
    assert onnx.load(str(small)) == onnx.load(str(exact))
