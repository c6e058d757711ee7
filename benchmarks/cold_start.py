"""What the first chord progression costs a fresh process, beyond a bare Python with NumPy.

Each cost is that of a process of its own: wall time from before the first import, and the largest resident
memory that the system saw. The files are read once before, so that the disk does not count.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_PROBE = """
import time
start = time.perf_counter()
{work}
import json
seconds = time.perf_counter() - start
# Not ru_maxrss: after fork and exec that still holds the size of the process that started this one.
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([seconds, int(peak) / 1024]))
"""
_BARE = "import numpy"
_FIRST = """
import numpy
from shared.decoding.composer import Wish, compose_progressions
from shared.decoding.onnx_step import OnnxStepModel
model = OnnxStepModel({path!r})
progression = compose_progressions(model, Wish(genre="jazz", mood="joy", key="C:major", length=12))[0]
assert len(progression.names) == 12
"""
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """Median over several fresh processes."""

    seconds: float
    megabytes: float


def _cost(work: str, repeats: int) -> Cost:
    results = []
    for _ in range(repeats + 1):  # the first warms the disk cache and is dropped
        command = [sys.executable, "-c", _PROBE.format(work=work)]
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
        results.append(json.loads(done.stdout))
    seconds, megabytes = np.median(results[1:], axis=0)
    return Cost(float(seconds), float(megabytes))


def bare_cost(repeats: int = 7) -> Cost:
    """Return the cost of Python that imports NumPy."""
    return _cost(_BARE, repeats)


def first_progression_cost(step_model: Path, repeats: int = 7) -> Cost:
    """Return the cost of importing, loading a step model and writing the first 12 chords."""
    return _cost(_FIRST.format(path=str(step_model.resolve())), repeats)
