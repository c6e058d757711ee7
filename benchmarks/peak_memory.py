"""The largest resident set of a command, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from shared.errors import ConsortError


def peak_mb(command: Sequence[str]) -> float:
    """Run `python` with these arguments and return its peak memory in MB, that of its children not included.

    Raises:
        ConsortError: with the command's last line, when it fails.
    """
    # The children's largest resident set never falls: each measurement needs a parent of its own.
    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, sys.executable, *command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ConsortError(f"python {' '.join(command[:3])} failed: {reason}")
    # Linux counts in kilobytes, macOS in bytes.
    return int(done.stdout) / (1e6 if sys.platform == "darwin" else 1e3)
