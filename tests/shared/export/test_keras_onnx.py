"""A Keras model goes to ONNX under the names of its signature; what does not fit is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

keras = pytest.importorskip("keras")

from shared.errors import ConsortError, InputError  # noqa: E402 - after the stack is known to be there
from shared.export.keras_onnx import export_keras  # noqa: E402
from shared.export.package import ModelCard  # noqa: E402
from shared.export.signature import Signature, TensorSpec, signature_path  # noqa: E402
from shared.export.verify import ExportError, inspect_model, main, verify_parity  # noqa: E402
from shared.files import read_json, write_json  # noqa: E402
from shared.runtime import OnnxModel, SignatureMismatchError  # noqa: E402

CARD = ModelCard("Toy", "A toy.", "none", "Apache-2.0", "none", "none")
SIGNATURE = Signature(
    "toy",
    "Two inputs, two outputs.",
    (
        TensorSpec("tokens", ("batch", 5), "int32", "ids"),
        TensorSpec("gain", ("batch", 1), "float32", "factor", "dB"),
    ),
    (
        TensorSpec("scores", ("batch", 5, 3), "float32", "scores"),
        TensorSpec("total", ("batch", 3), "float32", "sum"),
    ),
)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(1)
    tokens = keras.Input((5,), dtype="int32", name="tokens")
    gain = keras.Input((1,), dtype="float32", name="gain")
    scores = keras.layers.LSTM(3, return_sequences=True, use_cudnn=False)(
        keras.layers.Embedding(7, 4)(tokens) * keras.layers.Reshape((1, 1))(gain)
    )
    total = keras.layers.Lambda(lambda x: keras.ops.sum(x, axis=1), output_shape=(3,))(scores)
    return keras.Model([tokens, gain], [scores, total])


@pytest.fixture(scope="module")
def exported(model: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_keras(model, SIGNATURE, CARD, tmp_path_factory.mktemp("toy") / "toy.onnx")


def _reference(model: keras.Model, scale: float = 1.0):
    def answer(feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        scores, total = model([feeds["tokens"], feeds["gain"]])
        return {"scores": scale * np.array(scores), "total": np.array(total)}

    return answer


def test_tensors_carry_the_names_and_axes_of_the_signature(exported: Path) -> None:
    graph = onnx.load(str(exported)).graph
    assert [value.name for value in graph.input] == ["tokens", "gain"]
    assert [value.name for value in graph.output] == ["scores", "total"]
    symbols = {value.type.tensor_type.shape.dim[0].dim_param for value in [*graph.input, *graph.output]}
    assert symbols == {"batch"}
    assert {node.op_type for node in graph.node} >= {"LSTM"}


def test_runtime_answers_as_keras(exported: Path, model: keras.Model) -> None:
    parity = verify_parity(exported, _reference(model), categories={"tokens": 7})
    assert parity.cases == 6
    assert parity.max_difference <= 1e-5
    assert parity.argmax_agreement == 1.0


def test_another_model_is_found_out(exported: Path, model: keras.Model) -> None:
    with pytest.raises(ExportError, match="is not the trained model: differs by"):
        verify_parity(exported, _reference(model, scale=1.01), categories={"tokens": 7})


def test_a_loop_is_refused(tmp_path: Path, model: keras.Model) -> None:
    tokens = keras.Input((5,), dtype="int32", name="tokens")
    embedded = keras.layers.Embedding(7, 4)(tokens)
    masked = keras.layers.LSTM(3, use_cudnn=False)(embedded, mask=keras.ops.not_equal(tokens, 0))
    signature = Signature("masked", "", SIGNATURE.inputs[:1], (TensorSpec("last", ("batch", 3), "float32", "last"),))
    path = export_keras(keras.Model([tokens], masked), signature, CARD, tmp_path / "masked.onnx")
    with pytest.raises(ExportError, match="contains Loop nodes"):
        verify_parity(path, lambda feeds: {}, categories={"tokens": 7})
    assert "Loop" in inspect_model(path, runs=1).problem


def test_signature_that_the_graph_contradicts_is_refused(exported: Path, tmp_path: Path) -> None:
    copy = tmp_path / "toy.onnx"
    copy.write_bytes(exported.read_bytes())
    content = read_json(signature_path(exported))
    content["inputs"][1]["axes"] = ["batch", 2]
    write_json(signature_path(copy), content)
    with pytest.raises(SignatureMismatchError, match=r"input 'gain' is tensor\(float\).*says float32"):
        OnnxModel(copy)
    content["inputs"][1]["name"] = "volume"
    write_json(signature_path(copy), content)
    with pytest.raises(SignatureMismatchError, match="differs in gain, volume"):
        OnnxModel(copy)


def test_wrong_inputs_are_one_sentence(exported: Path) -> None:
    with pytest.raises(InputError, match=r"toy\.onnx does not accept these inputs"):
        OnnxModel(exported).run({"tokens": np.zeros((1, 4), np.int32), "gain": np.ones((1, 1), np.float32)})


@pytest.mark.parametrize("content", [b"", b"no model"])
def test_a_file_that_is_no_model_is_one_sentence(exported: Path, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "toy.onnx"
    broken.write_bytes(content)
    signature_path(broken).write_bytes(signature_path(exported).read_bytes())
    with pytest.raises(InputError, match="is not a readable ONNX model"):
        OnnxModel(broken)


def test_missing_signature_and_unknown_dtype_are_refused(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "toy.onnx").write_bytes(exported.read_bytes())
    with pytest.raises(InputError, match=r"no such file: .*toy\.json"):
        OnnxModel(tmp_path / "toy.onnx")
    with pytest.raises(InputError, match="dtype float16"):
        TensorSpec("x", ("batch",), "float16", "half")


def test_verify_command_prints_a_table_and_fails_beyond_a_limit(
    exported: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "table.json"
    assert main(["--models-dir", str(exported.parent), "--runs", "3", "--json", str(table)]) == 0
    assert "toy.onnx" in capsys.readouterr().out
    assert read_json(table)[0]["size_mb"] > 0
    assert main(["--models-dir", str(exported.parent), "--runs", "3", "--max-mb", "0.000001"]) == 2
    assert "1 of 1 models have a problem: toy.onnx" in capsys.readouterr().err
    assert main(["--models-dir", str(tmp_path)]) == 2


def test_graph_without_the_signatures_tensors_is_refused(model: keras.Model, tmp_path: Path) -> None:
    short = Signature("toy", "", SIGNATURE.inputs, SIGNATURE.outputs[:1])
    with pytest.raises((ConsortError, ValueError)):
        export_keras(model, short, CARD, tmp_path / "short.onnx")
    assert not (tmp_path / "short.onnx").exists()
