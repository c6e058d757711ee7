"""A model is held to the answers that were kept beside it, by its files alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from shared.errors import InputError
from shared.export.references import Arrays, reference_difference, reference_path, write_reference
from shared.export.signature import Signature, TensorSpec, signature_path
from shared.export.verify import Limits, inspect_model, main
from shared.files import copy_file
from shared.runtime import OnnxModel


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that doubles two numbers."""
    given, answer = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 2]) for name in ("x", "y"))
    twice = numpy_helper.from_array(np.array([2.0], np.float32), "twice")
    graph = helper.make_graph([helper.make_node("Mul", ["x", "twice"], ["y"])], "g", [given], [answer], [twice])
    path = tmp_path / "double.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), str(path))
    specs = (TensorSpec(name, ("batch", 2), "float32", "numbers") for name in ("x", "y"))
    Signature("double", "twice as much", (next(specs),), (next(specs),)).save(signature_path(path))
    return path


def doubled(feeds: Arrays, off: float = 0.0) -> Arrays:
    return {"y": 2 * feeds["x"] + off}


def test_the_right_answer_differs_by_nothing_and_a_wrong_one_by_how_much(model: Path) -> None:
    assert reference_difference(OnnxModel(model)) is None
    write_reference(model, doubled)
    assert reference_difference(OnnxModel(model)) == pytest.approx(0, abs=1e-6)
    assert inspect_model(model, 2).shapes == "2 -> 2"
    assert inspect_model(model, 2).problem == ""
    write_reference(model, lambda feeds: doubled(feeds, 0.01))
    assert inspect_model(model, 2).problem.startswith("differs from the framework by 1.0e-02, more than 1e-05")
    assert main(["--models-dir", str(model.parent), "--runs", "2"]) == 2


def test_an_int8_file_shares_the_reference_within_a_wider_limit(model: Path) -> None:
    small = model.with_stem("double_int8")
    copy_file(model, small)
    copy_file(signature_path(model), signature_path(small))
    write_reference(model, lambda feeds: doubled(feeds, 0.01))
    assert reference_path(small) == reference_path(model)
    assert inspect_model(small, 2).problem == ""
    rows = [inspect_model(path, 2) for path in (model, small)]
    assert Limits(max_int8_mb=1e-6).total_problem(rows).startswith("all int8 files have")
    assert Limits(max_total_mb=1).total_problem(rows) == ""


@pytest.mark.parametrize("content", [b"no arrays", None])
def test_what_is_no_reference_is_named(model: Path, content: bytes | None) -> None:
    if content is None:
        with reference_path(model).open("wb") as stream:
            np.savez(stream, **{"in.x": np.zeros((3, 2), np.float32), "out.z": np.zeros((3, 2), np.float32)})
    else:
        reference_path(model).write_bytes(content)
    with pytest.raises(InputError, match=r"double_reference\.npz .*export the model again"):
        reference_difference(OnnxModel(model))
