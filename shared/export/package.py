"""The three files of an exported model: NAME.onnx, NAME.json (signature), NAME.md (model card)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import onnx

from shared.errors import ConsortError
from shared.export.signature import Signature, TensorSpec, signature_path
from shared.files import atomic_path, write_text


@dataclass(frozen=True)
class ModelCard:
    """What a person should know before using a model."""

    title: str
    purpose: str
    data: str
    licence: str
    metrics: str
    limits: str

    def text(self, signature: Signature) -> str:
        """Return the card as Markdown."""
        tensors = [_tensor_line("in", spec) for spec in signature.inputs]
        tensors += [_tensor_line("out", spec) for spec in signature.outputs]
        return "\n".join(
            [
                f"# {self.title}", "", self.purpose, "",
                "## Training data", "", self.data, "", "## Licence", "", self.licence, "",
                "## Figures", "", self.metrics, "", "## Limits", "", self.limits, "",
                "## Tensors", "", "| | name | axes | dtype | meaning |", "|---|---|---|---|---|", *tensors, "",
                f"Version {signature.version}, revision {signature.git_revision}.", "",
            ]
        )  # fmt: skip


def _tensor_line(side: str, spec: TensorSpec) -> str:
    axes = ", ".join(str(axis) for axis in spec.axes)
    unit = f" ({spec.unit})" if spec.unit else ""
    return f"| {side} | `{spec.name}` | [{axes}] | {spec.dtype} | {spec.meaning}{unit} |"


def save_package(model: onnx.ModelProto, signature: Signature, card: ModelCard, path: Path) -> Path:
    """Check the graph, write the three files, and return the path of the ONNX file."""
    onnx.checker.check_model(model)
    with atomic_path(path) as aside:
        onnx.save(model, str(aside))
    signature.save(signature_path(path))
    write_text(path.with_suffix(".md"), card.text(signature))
    return path


def rename_tensors(model: onnx.ModelProto, names: Mapping[str, str]) -> None:
    """Give tensors of a graph new names, in place, wherever they are mentioned."""
    for node in model.graph.node:
        for field in (node.input, node.output):
            for index, name in enumerate(field):
                field[index] = names.get(name, name)
    for value in [*model.graph.input, *model.graph.output]:
        value.name = names.get(value.name, value.name)


def set_axes(model: onnx.ModelProto, signature: Signature) -> None:
    """Write the signature's axes into the graph: one symbol for each free axis, in place.

    Raises:
        ConsortError: when the graph's tensors are not those of the signature.
    """
    for values, specs in (
        (model.graph.input, signature.inputs),
        (model.graph.output, signature.outputs),
    ):
        if [value.name for value in values] != [spec.name for spec in specs]:
            found = ", ".join(value.name for value in values)
            raise ConsortError(f"{signature.name}: the graph has {found} where the signature says otherwise")
        for value, spec in zip(values, specs, strict=True):
            _set_shape(value, spec)


def _set_shape(value: onnx.ValueInfoProto, spec: TensorSpec) -> None:
    shape = value.type.tensor_type.shape
    del shape.dim[:]
    for axis in spec.axes:
        dimension = shape.dim.add()
        if isinstance(axis, int):
            dimension.dim_value = axis
        else:
            dimension.dim_param = axis
