"""Is an exported model the model that was trained, and is it fit to ship?

`verify_parity` compares ONNX Runtime with the framework on inputs whose sizes the exporter never saw;
`inspect_model` reads structure, shapes, correctness (against answers of the framework that were kept, see
`references`), latency and size from the files alone:

    python -m shared.export.verify --models-dir checkpoints/emotion --max-p95-ms 1 --max-total-mb 5 --max-int8-mb 2
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from shared.cli import entry_point, option
from shared.errors import ConsortError
from shared.export.references import INT8_SUFFIX, Reference, draw_inputs, reference_difference
from shared.export.signature import Signature
from shared.files import write_json
from shared.runtime import OnnxModel

TOLERANCE = 1e-5
INT8_TOLERANCE = 0.1  # of an int8 file's outputs, which are probabilities and levels, from the framework's
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
        feeds = draw_inputs(model.signature, sizes, categories or {}, rng)
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


def refuse_forbidden_nodes(path: Path) -> None:
    """Raise ExportError when the graph interprets loops or branches."""
    nodes = {node.op_type for node in onnx.load(str(path)).graph.node} & FORBIDDEN_NODES
    if nodes:
        raise ExportError(f"{path.name} contains {', '.join(sorted(nodes))} nodes; export a mask-free, rolled twin")


@dataclass(frozen=True)
class Inspection:
    """What the files of one model tell without the framework; `difference` is None where no reference was kept."""

    model: str
    shapes: str
    size_mb: float
    difference: float | None
    p50_ms: float
    p95_ms: float
    problem: str = ""


def inspect_model(path: Path, runs: int = 200, limits: Limits | None = None) -> Inspection:
    """Check structure, signature and answers of a model, time batch 1, and compare with the limits."""
    size_mb = path.stat().st_size / 1e6
    try:
        refuse_forbidden_nodes(path)
        model = OnnxModel(path)
        difference = reference_difference(model)
        milliseconds = _time(model, runs)
    except ConsortError as error:
        return Inspection(path.name, "", size_mb, None, float("nan"), float("nan"), str(error))
    p50, p95 = np.percentile(milliseconds, [50, 95])
    # What a net that takes any length costs is a matter of the length: it is timed, and held to no limit.
    held_ms = float(p95) if set(model.signature.free_axes()) <= {"batch"} else 0.0
    problem = _wrong(path, difference) or (limits or Limits()).problem(size_mb, held_ms)
    return Inspection(path.name, _shapes(model.signature), size_mb, difference, float(p50), float(p95), problem)


def _wrong(path: Path, difference: float | None) -> str:
    """Say that a model does not answer as the framework did, or nothing."""
    allowed = INT8_TOLERANCE if path.stem.endswith(INT8_SUFFIX) else TOLERANCE
    wrong = difference is not None and not difference <= allowed
    return f"differs from the framework by {difference:.1e}, more than {allowed:g}" if wrong else ""


def _shapes(signature: Signature) -> str:
    """Return the axes behind the batch of the first input and output, such as `64 -> 128`."""
    first = [side[0].axes[1:] for side in (signature.inputs, signature.outputs)]
    return " -> ".join("x".join(map(str, axes)) or "1" for axes in first)


def _time(model: OnnxModel, runs: int) -> NDArray[np.float64]:
    sizes = {axis: 1 if axis == "batch" else 64 for axis in model.signature.free_axes()}
    feeds = draw_inputs(model.signature, sizes, {}, np.random.default_rng(0))
    times = np.empty(runs)
    for index in range(runs):
        start = time.perf_counter()
        model.run(feeds)
        times[index] = 1e3 * (time.perf_counter() - start)
    return times


@dataclass(frozen=True)
class Limits:
    """What models may cost; 0 = no limit. The totals are over all float32 files, and over all int8 files."""

    max_mb: float = 0.0
    max_p95_ms: float = 0.0
    max_total_mb: float = 0.0
    max_int8_mb: float = 0.0

    def problem(self, size_mb: float, p95_ms: float) -> str:
        """Return what is too much of one model, in words, or an empty string."""
        if self.max_mb and size_mb > self.max_mb:
            return f"{size_mb:.1f} MB, more than {self.max_mb:g}"
        if self.max_p95_ms and p95_ms > self.max_p95_ms:
            return f"p95 {p95_ms:.2f} ms, more than {self.max_p95_ms:g}"
        return ""

    def total_problem(self, rows: Sequence[Inspection]) -> str:
        """Return what is too much of all models together, in words, or an empty string."""
        for int8, limit in ((False, self.max_total_mb), (True, self.max_int8_mb)):
            total = sum(row.size_mb for row in rows if Path(row.model).stem.endswith(INT8_SUFFIX) == int8)
            if limit and total > limit:
                return f"all {'int8' if int8 else 'float32'} files have {total:.1f} MB, more than {limit:g}"
        return ""


@dataclass
class VerifyConfig:
    """`verify`: structure, shapes, correctness, latency and size of every exported model in a folder."""

    models_dir: str = option("checkpoints", help="folder that is searched for .onnx files, with sub-folders")
    runs: int = option(200, help="timed calls of each model", minimum=1)
    max_mb: float = option(0.0, help="largest file; 0 = no limit", unit="MB")
    max_p95_ms: float = option(
        0.0, help="largest 95th percentile of a call, but for nets of any length; 0 = none", unit="ms"
    )
    max_total_mb: float = option(0.0, help="all float32 files together; 0 = no limit", unit="MB")
    max_int8_mb: float = option(0.0, help="all int8 files together; 0 = no limit", unit="MB")
    json: str = option("", help="write the table to this file")


@entry_point(VerifyConfig)
def main(config: VerifyConfig) -> None:
    """Print one line per model; exit with 2 when a model has a problem."""
    paths = sorted(Path(config.models_dir).rglob("*.onnx"))
    if not paths:
        raise ConsortError(f"no .onnx file in {config.models_dir}; train and export a model first")
    limits = Limits(config.max_mb, config.max_p95_ms, config.max_total_mb, config.max_int8_mb)
    rows = [inspect_model(path, config.runs, limits) for path in paths]
    width = max(len(str(path)) for path in paths)
    print(f"{'model':{width}s}  {'shapes':>15s}  {'MB':>7s}  {'p50 ms':>7s}  {'p95 ms':>7s}  {'differs':>8s}  state")
    for path, row in zip(paths, rows, strict=True):
        differs = "" if row.difference is None else f"{row.difference:.1e}"
        figures = f"{row.shapes:>15s}  {row.size_mb:7.3f}  {row.p50_ms:7.3f}  {row.p95_ms:7.3f}  {differs:>8s}"
        print(f"{path!s:{width}s}  {figures}  {row.problem or 'ok'}")
    if config.json:
        write_json(config.json, [asdict(row) for row in rows if not np.isnan(row.p50_ms)])
    failed = [row.model for row in rows if row.problem]
    if failed:
        raise ExportError(f"{len(failed)} of {len(rows)} models have a problem: {', '.join(failed)}")
    if too_much := limits.total_problem(rows):
        raise ExportError(too_much)


if __name__ == "__main__":
    sys.exit(main())
