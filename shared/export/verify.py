"""Is an exported model the model that was trained, and is it fit to ship?

`verify_parity` compares ONNX Runtime with the framework on inputs whose sizes the exporter never saw;
`inspect_model` reads structure, latency and size from the files alone:

    python -m shared.export.verify --models-dir checkpoints/chord_generator/demo
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from shared.cli import entry_point, option
from shared.errors import ConsortError
from shared.export.signature import Signature, TensorSpec
from shared.files import write_json
from shared.runtime import OnnxModel

Arrays = dict[str, NDArray[Any]]
Reference = Callable[[Arrays], Arrays]

TOLERANCE = 1e-5
TIE = 1e-6  # classes that are as near are equally good: ten times less than what any value may differ by
BATCHES = (1, 3, 8)
# Nodes that interpret a sub-graph per step: slow, and absent from many web runtimes.
FORBIDDEN_NODES = frozenset({"Loop", "If", "Scan"})


class ExportError(ConsortError):
    """An exported model is not the model that was trained, or not fit to ship."""


@dataclass(frozen=True)
class Parity:
    """How far ONNX Runtime is from the framework, over all cases."""

    cases: int
    max_difference: float
    argmax_agreement: float


def verify_parity(
    path: Path,
    reference: Reference,
    lengths: tuple[int, ...] = (),
    categories: Mapping[str, int] | None = None,
    seed: int = 0,
) -> Parity:
    """Hold an exported model to the framework's answers: batches 1, 3 and 8, each with every length.

    `lengths` are sizes of the other free axes; a signature without any needs none. `categories` gives for each
    integer input the number of ids to draw from.

    Raises:
        ExportError: when a value differs by more than 1e-5, an argmax differs, or the graph holds a loop.
    """
    refuse_forbidden_nodes(path)
    model = OnnxModel(path)
    rng = np.random.default_rng(seed)
    differences, agreements = [], []
    for sizes in _size_cases(model.signature, lengths):
        feeds = {spec.name: _draw(spec, sizes, categories or {}, rng) for spec in model.signature.inputs}
        found, expected = model.run(feeds), reference(feeds)
        for name, value in found.items():
            wanted = np.asarray(expected[name])
            differences.append(float(np.abs(value - wanted).max()))
            agreements.append(argmax_agreement(value, wanted))
    return judged(f"{path.name} is not the trained model", differences, agreements)


def argmax_agreement(found: NDArray[np.floating], expected: NDArray[np.floating]) -> float:
    """Return in which share of the rows [..., classes] the same class is the best; a tie may be broken either way.

    A network that is alike in all keys hears silence as all keys alike: which it then names is a matter of rounding.
    """
    best = expected.max(axis=-1)
    chosen = np.take_along_axis(expected, found.argmax(axis=-1)[..., None], axis=-1)[..., 0]
    return float((best - chosen <= TIE * np.maximum(1.0, np.abs(best))).mean())


def judged(complaint: str, differences: Sequence[float], agreements: Sequence[float]) -> Parity:
    """Return the worst of all cases.

    Raises:
        ExportError: with the complaint, when a value differs by more than 1e-5 or an argmax differs.
    """
    parity = Parity(len(differences), max(differences), min(agreements))
    if parity.max_difference > TOLERANCE or parity.argmax_agreement < 1:
        raise ExportError(
            f"{complaint}: differs by {parity.max_difference:.1e} (at most {TOLERANCE}), "
            f"argmax agrees in {parity.argmax_agreement:.2%}"
        )
    return parity


def _size_cases(signature: Signature, lengths: tuple[int, ...]) -> list[dict[str, int]]:
    others = [axis for axis in signature.free_axes() if axis != "batch"]
    if others and not lengths:
        raise ExportError(f"{signature.name} has free axes {', '.join(others)}: say which lengths to try")
    return [{"batch": batch, **dict.fromkeys(others, length)} for batch in BATCHES for length in (lengths or (0,))]


def _draw(
    spec: TensorSpec, sizes: dict[str, int], categories: Mapping[str, int], rng: np.random.Generator
) -> NDArray[np.generic]:
    shape = spec.shape(**sizes)
    drawn: NDArray[np.generic] = 0.5 * rng.standard_normal(shape)
    if spec.dtype != "float32":
        drawn = rng.integers(0, categories.get(spec.name, 2), shape)
    return drawn.astype(spec.dtype)


def refuse_forbidden_nodes(path: Path) -> None:
    """Raise ExportError when the graph interprets loops or branches."""
    nodes = {node.op_type for node in onnx.load(str(path)).graph.node} & FORBIDDEN_NODES
    if nodes:
        raise ExportError(f"{path.name} contains {', '.join(sorted(nodes))} nodes; export a mask-free, rolled twin")


@dataclass(frozen=True)
class Inspection:
    """What the files of one model tell without the framework."""

    model: str
    size_mb: float
    p50_ms: float
    p95_ms: float
    problem: str = ""


def inspect_model(path: Path, runs: int = 200, limits: Limits | None = None) -> Inspection:
    """Check structure and signature of a model, time batch 1, and compare with the limits."""
    size_mb = path.stat().st_size / 1e6
    try:
        refuse_forbidden_nodes(path)
        milliseconds = _time(OnnxModel(path), runs)
    except ConsortError as error:
        return Inspection(path.name, size_mb, float("nan"), float("nan"), str(error))
    p50, p95 = np.percentile(milliseconds, [50, 95])
    problem = (limits or Limits()).problem(size_mb, float(p95))
    return Inspection(path.name, size_mb, float(p50), float(p95), problem)


def _time(model: OnnxModel, runs: int) -> NDArray[np.float64]:
    sizes = {axis: 1 if axis == "batch" else 64 for axis in model.signature.free_axes()}
    feeds = {spec.name: _draw(spec, sizes, {}, np.random.default_rng(0)) for spec in model.signature.inputs}
    times = np.empty(runs)
    for index in range(runs):
        start = time.perf_counter()
        model.run(feeds)
        times[index] = 1e3 * (time.perf_counter() - start)
    return times


@dataclass(frozen=True)
class Limits:
    """What a model may cost; 0 = no limit."""

    max_mb: float = 0.0
    max_p95_ms: float = 0.0

    def problem(self, size_mb: float, p95_ms: float) -> str:
        """Return what is too much, in words, or an empty string."""
        if self.max_mb and size_mb > self.max_mb:
            return f"{size_mb:.1f} MB, more than {self.max_mb:g}"
        if self.max_p95_ms and p95_ms > self.max_p95_ms:
            return f"p95 {p95_ms:.2f} ms, more than {self.max_p95_ms:g}"
        return ""


@dataclass
class VerifyConfig:
    """`verify`: structure, signature, latency and size of every exported model in a folder."""

    models_dir: str = option("checkpoints", help="folder that is searched for .onnx files, with sub-folders")
    runs: int = option(200, help="timed calls of each model")
    max_mb: float = option(0.0, help="largest file; 0 = no limit", unit="MB")
    max_p95_ms: float = option(0.0, help="largest 95th percentile of a call; 0 = no limit", unit="ms")
    json: str = option("", help="write the table to this file")


@entry_point(VerifyConfig)
def main(config: VerifyConfig) -> None:
    """Print one line per model; exit with 2 when a model has a problem."""
    paths = sorted(Path(config.models_dir).rglob("*.onnx"))
    if not paths:
        raise ConsortError(f"no .onnx file in {config.models_dir}; train and export a model first")
    limits = Limits(config.max_mb, config.max_p95_ms)
    rows = [inspect_model(path, config.runs, limits) for path in paths]
    for path, row in zip(paths, rows, strict=True):
        state = row.problem or "ok"
        print(f"{path}  {row.size_mb:6.2f} MB  p50 {row.p50_ms:6.3f} ms  p95 {row.p95_ms:6.3f} ms  {state}")
    if config.json:
        write_json(config.json, [asdict(row) for row in rows if not np.isnan(row.p50_ms)])
    failed = [row.model for row in rows if row.problem]
    if failed:
        raise ExportError(f"{len(failed)} of {len(rows)} models have a problem: {', '.join(failed)}")


if __name__ == "__main__":
    sys.exit(main())
