"""The written signature of an ONNX model: what goes in, what comes out, in which unit, by which vocabulary.

It lies beside the model as `NAME.json`, so that a plug-in or a web page can use the file without our code:

| field        | meaning                                                                       |
|--------------|-------------------------------------------------------------------------------|
| inputs       | name, axes (a word = free, a number = fixed), dtype, unit, meaning            |
| outputs      | the same                                                                      |
| vocabularies | for each tensor of ids, the names in the order of their ids                   |
| settings     | the model's configuration (and for audio models the feature settings)         |
| version      | of Consort                                                                    |
| git_revision | of the code that exported it                                                  |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shared.errors import InputError
from shared.files import read_json, write_json

DTYPES = ("float32", "int32", "int64")
# A state comes in as NAME and goes out under this prefix.
NEXT_STATE = "next_"


@dataclass(frozen=True)
class TensorSpec:
    """One input or output of a model."""

    name: str
    axes: tuple[str | int, ...]
    dtype: str
    meaning: str
    unit: str = ""

    def __post_init__(self) -> None:
        """Hold the spec to what every runtime can read.

        Raises:
            InputError: for a dtype that the contract does not know.
        """
        if self.dtype not in DTYPES:
            raise InputError(f"tensor '{self.name}' has dtype {self.dtype}; use one of {', '.join(DTYPES)}")

    def shape(self, **sizes: int) -> tuple[int, ...]:
        """Return a concrete shape: free axes take their size from `sizes`."""
        return tuple(axis if isinstance(axis, int) else sizes[axis] for axis in self.axes)


@dataclass(frozen=True)
class Signature:
    """Everything that a caller of an exported model must know."""

    name: str
    summary: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    vocabularies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    git_revision: str = "unknown"

    def save(self, path: Path | str) -> None:
        """Write the signature as JSON."""
        write_json(path, asdict(self))

    @classmethod
    def load(cls, path: Path | str) -> Signature:
        """Read what `save` wrote.

        Raises:
            InputError: when the file is not a signature.
        """
        content = read_json(path)
        try:
            specs = {
                side: tuple(TensorSpec(**{**spec, "axes": tuple(spec["axes"])}) for spec in content[side])
                for side in ("inputs", "outputs")
            }
            return cls(**{**content, **specs})
        except (KeyError, TypeError) as error:
            raise InputError(f"{path} is not a model signature: {error}") from error

    def free_axes(self) -> tuple[str, ...]:
        """Return the names of the axes whose size the caller chooses, in order of appearance."""
        words = (axis for spec in self.inputs for axis in spec.axes if isinstance(axis, str))
        return tuple(dict.fromkeys(words))

    def states(self) -> list[TensorSpec]:
        """Return the inputs that come back as outputs under `NEXT_STATE`, in the order of the inputs."""
        returned = {spec.name for spec in self.outputs}
        return [spec for spec in self.inputs if NEXT_STATE + spec.name in returned]


def signature_path(model_path: Path | str) -> Path:
    """Return where the signature of an ONNX file lies: beside it, with the suffix `.json`."""
    return Path(model_path).with_suffix(".json")
