"""An environment of its own for each public recognizer: their NumPy versions exclude one another and ours.

The pins are those with which each was found to work on Python 3.11; none of the packages is a dependency of the
project. An environment is built once; one that is half built, or built by other pins, is built anew.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ConsortError
from shared.files import write_json

DEFAULT_FOLDER = Path("~/.cache/consort/peers")
STAMP = "consort.json"  # written last: the steps that made the environment
_BUILD_TOOLS = ("setuptools==65.5.0", "wheel")  # the packages are older than isolated builds
_log = logging.getLogger(__name__)

Run = Callable[[Sequence[str]], None]


@dataclass(frozen=True)
class Environment:
    """A virtual environment: each step is what one `pip install` gets."""

    name: str
    steps: tuple[tuple[str, ...], ...]

    def python(self, folder: Path = DEFAULT_FOLDER) -> Path:
        """Return the environment's Python, whether or not it is there."""
        return folder.expanduser() / self.name / "bin" / "python"

    def is_built(self, folder: Path = DEFAULT_FOLDER) -> bool:
        """Tell whether the environment stands as its steps say."""
        stamp = folder.expanduser() / self.name / STAMP
        try:
            return bool(json.loads(stamp.read_text(encoding="utf-8")) == {"steps": [list(step) for step in self.steps]})
        except (OSError, ValueError):
            return False


_UNISOLATED = "--no-build-isolation"
CREMA = Environment(
    "crema",
    (
        _BUILD_TOOLS,
        # In one command: left free, a newer TensorFlow with Keras 3 is pulled in over these.
        (
            _UNISOLATED, "crema==0.2.0", "tensorflow==2.15.1", "keras==2.15.0", "numpy==1.24.4", "librosa==0.9.2",
            "scikit-learn==1.2.2", "jams==0.3.4", "pumpp==0.6.0", "mir_eval==0.8.2",
        ),
    ),
)  # fmt: skip
CHORDINO = Environment(
    "chordino",
    (_BUILD_TOOLS, ("numpy==1.26.4",), (_UNISOLATED, "vamp==1.1.0"), (_UNISOLATED, "chord-extractor==0.1.3")),
)
MADMOM = Environment(
    "madmom",
    (_BUILD_TOOLS, ("numpy==1.23.5", "scipy==1.15.3", "cython", "mido"), (_UNISOLATED, "madmom==0.16.1")),
)
ESSENTIA = Environment("essentia", (_BUILD_TOOLS, ("essentia==2.1b6.dev1389",)))


def build(environment: Environment, folder: Path = DEFAULT_FOLDER, run: Run | None = None) -> Path:
    """Return the Python of an environment, which is built first if it does not stand as its steps say.

    Args:
        environment: what to build.
        folder: parent of all environments.
        run: runs one command; left out, a subprocess.

    Raises:
        ConsortError: with the last line of its complaint, when a step fails.
    """
    python, run = environment.python(folder), run or _run
    if environment.is_built(folder):
        return python
    home = python.parents[1]
    _log.info("building the environment of %s in %s", environment.name, home)
    # In place, because an environment's scripts name its path; the stamp alone makes it count.
    shutil.rmtree(home, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(home)])
    for step in environment.steps:
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *step])
    write_json(home / STAMP, {"steps": [list(step) for step in environment.steps]})
    return python


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit code {done.returncode}"]
        words = " ".join(command[1:])
        raise ConsortError(f"{words} failed: {lines[-1].strip()}; the recognizer cannot be measured here")
