"""A run folder with a step model of one multiplication, which prefers C F G Am whatever is asked of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from shared.export.package import ModelCard, save_package
from shared.export.signature import NEXT_STATE, Signature, TensorSpec
from shared.files import write_json
from shared.music.chord_tokens import N_TOKENS, chord_to_id, chord_vocabulary
from shared.music.chords import parse
from shared.music.conditions import CONDITIONS
from studio.weights import STEP_MODEL, TRAINING_CONFIG

FAVOURITES = ("C", "F", "G", "Am")
CARD = ModelCard(
    "Planted", "Prefers four chords.", "Songs that **nobody** wrote.", "CC0-1.0.",
    "| | perplexity |\n|---|---|\n| planted | **4.00** |\n\nMore in `results.json`.", "It knows no others.",
)  # fmt: skip
_ONNX_TYPES = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32}


def plant(folder: Path, songs: str = "real", *, permissive: bool = False) -> Path:
    """Write the model, its signature, its card and the settings of a training on `songs`; return the folder."""
    inputs = (
        TensorSpec("chord_input", ("batch", 1), "int32", "the chord that has just sounded"),
        *(TensorSpec(c.input_name, ("batch", 1), "int32", c.name) for c in CONDITIONS),
        TensorSpec("memory", ("batch", 1), "float32", "state"),
    )
    outputs = (
        TensorSpec("probabilities", ("batch", N_TOKENS), "float32", "of the next chord"),
        TensorSpec(f"{NEXT_STATE}memory", ("batch", 1), "float32", "state"),
    )
    vocabularies = {"chord": list(chord_vocabulary().tokens)}
    signature = Signature(
        "planted", "Prefers four chords.", inputs, outputs, vocabularies, version="0", git_revision="1"
    )
    folder.mkdir(parents=True, exist_ok=True)
    save_package(_model(signature), signature, CARD, folder / STEP_MODEL)
    data = {"songs": songs, "permissive_only": permissive}
    write_json(folder / TRAINING_CONFIG, {"data": data, "trainer": {"seed": 7}})
    return folder


def _model(signature: Signature) -> onnx.ModelProto:
    """Return the graph: probabilities = memory x 0 + table, so that the batch is that of the state."""
    table = np.full((1, N_TOKENS), 1e-6, np.float32)
    table[0, [chord_to_id(parse(name)) for name in FAVOURITES]] = 1.0
    constants = {"nothing": np.zeros((1, N_TOKENS), np.float32), "table": table / table.sum()}
    nodes = [
        helper.make_node("MatMul", ["memory", "nothing"], ["zeros"]),
        helper.make_node("Add", ["zeros", "table"], ["probabilities"]),
        helper.make_node("Identity", ["memory"], [f"{NEXT_STATE}memory"]),
    ]
    graph = helper.make_graph(
        nodes, signature.name, _values(signature.inputs), _values(signature.outputs),
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _values(specs: tuple[TensorSpec, ...]) -> list[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(spec.name, _ONNX_TYPES[spec.dtype], list(spec.axes)) for spec in specs]
