"""Exports answer as the trained model, and hold no loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import tensorflow as tf

from sequence_models.chord_generator.config import GenerateConfig
from sequence_models.chord_generator.export import main
from sequence_models.chord_generator.exporting import parity_of
from sequence_models.chord_generator.generate import generate
from sequence_models.chord_generator.quantized import agreement
from sequence_models.chord_generator.run_folder import read_settings, read_songs
from sequence_models.chord_generator.step_chain import verify_chain
from shared.decoding.onnx_step import OnnxStepModel
from shared.export.signature import Signature
from shared.export.verify import FORBIDDEN_NODES, ExportError
from shared.files import read_json
from shared.music.chord_tokens import chord_vocabulary
from shared.runtime import OnnxModel


@pytest.mark.parametrize("name", ["chord_generator", "chord_generator_step"])
def test_graph_is_small_nodes_and_named_tensors(each_run: Path, name: str) -> None:
    graph = onnx.load(str(each_run / f"{name}.onnx")).graph
    nodes = {node.op_type for node in graph.node}
    assert ("LSTM" in nodes) == (name == "chord_generator")  # the step model is folded into plain products
    assert not nodes & FORBIDDEN_NODES
    signature = Signature.load(each_run / f"{name}.json")
    assert [value.name for value in graph.input] == [spec.name for spec in signature.inputs]
    assert signature.outputs[0].name == "probabilities"
    assert list(signature.vocabularies["chord"]) == list(chord_vocabulary().tokens)
    assert (each_run / f"{name}.md").read_text().startswith("# Consort")


def test_exports_are_the_trained_model(each_run: Path) -> None:
    parity = parity_of(each_run)
    assert parity.max_difference <= 1e-5
    assert parity.argmax_agreement == 1.0


def test_step_model_that_forgets_is_found_out(run: Path, tmp_path: Path) -> None:
    """The memory of 24 chords is shorter than the songs of the check: forgotten chords are seen, not overlooked."""
    settings, _ = read_settings(run)
    assert settings.memory == 24
    window, step = run / "chord_generator.onnx", run / "chord_generator_step.onnx"
    assert verify_chain(window, step, lengths=(20,)).argmax_agreement == 1
    with pytest.raises(ExportError, match="chord by chord"):
        verify_chain(window, step, lengths=(120,))


def test_other_formats_are_written_and_agree(each_run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["--checkpoint", str(each_run), "--output-dir", str(tmp_path), "--tflite", "--saved-model"]
    assert main(words) == 0
    out = capfd.readouterr().out
    assert "LiteRT, agrees with Keras" in out
    (lite,) = tmp_path.glob("*.tflite")
    assert lite.read_bytes()[4:8] == b"TFL3"
    served = tf.saved_model.load(tmp_path / "saved_model").signatures["serving_default"]
    tokens = np.full((3, 12), 5, np.int32)
    asked = {f"{name}_input": np.ones((3, 1), np.int32) for name in ("genre", "mood", "key", "scale_type")}
    exported = OnnxModel(tmp_path / "chord_generator.onnx")
    feeds = {"chord_sequence_input": tokens, **asked, "place_input": np.full((3, 12), 9, np.int32)}
    feeds = {spec.name: feeds[spec.name] for spec in exported.signature.inputs}
    (answer,) = served(**{name: tf.constant(value) for name, value in feeds.items()}).values()
    expected = exported.run(feeds)["probabilities"]
    np.testing.assert_allclose(answer.numpy(), expected, atol=1e-5)


def test_generation_uses_no_tensorflow_model(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Keras was asked")

    monkeypatch.setattr("keras.saving.load_model", refuse)
    (progression,) = generate(GenerateConfig(checkpoint=str(run), length=5))
    assert len(progression.chords) == 5


def test_int8_step_model_is_small_and_close(run: Path) -> None:
    exact, small = run / "chord_generator_step.onnx", run / "chord_generator_step_int8.onnx"
    assert small.stat().st_size < exact.stat().st_size
    assert Signature.load(small.with_suffix(".json")).settings["weights"] == "int8"
    close = read_json(run / "int8_agreement.json")
    songs, _ = read_songs(run / "training_songs.npz", "validation")
    assert close["positions"] == sum(min(len(song), 256) for song in songs)
    assert 0.9 < close["argmax_agreement"] <= 1
    assert abs(close["perplexity_ratio"] - 1) < 0.05
    same = agreement(OnnxStepModel(exact), OnnxStepModel(exact), songs)
    assert same.argmax_agreement == same.perplexity_ratio == 1
