"""Freed memory is kept: large arrays come again without the system's help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sequence_models.memory import keep_freed_memory

ROOT = Path(__file__).resolve().parents[2]
# Counts the pages that the system hands out while 20 MB are taken and given back again and again.
_PROGRAM = """
import resource, sys
import numpy as np
from sequence_models.memory import keep_freed_memory
import ctypes
ctypes.CDLL(None).mallopt(-1, 131072)
if sys.argv[1] == "keep":
    keep_freed_memory()
np.ones(5_000_000, np.float32)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(5_000_000, np.float32)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults(habit: str) -> int:
    command = [sys.executable, "-c", _PROGRAM, habit]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="page faults are counted on Linux only")
def test_large_arrays_are_taken_from_what_was_freed() -> None:
    if not keep_freed_memory():
        pytest.skip("this C library is not glibc")
    given_back, kept = _faults("give back"), _faults("keep")
    assert kept < given_back / 10
