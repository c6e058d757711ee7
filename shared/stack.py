"""A framework lives behind its own door; when it is not installed, one sentence says what to install.

`audio_models/__init__.py` and `sequence_models/__init__.py` call `require` and hold nothing else. What a framework's
C++ side chatters on stderr is kept back by `quiet_stderr`.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import ConsortError


class MissingStackError(ConsortError, ImportError):
    """A framework that a wing stands on is not installed."""


def is_installed(package: str) -> bool:
    """Tell whether `package` could be imported, without importing it."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # a finder that refuses, or a module that was half taken away
        return False


def require(package: str, requirements: str) -> None:
    """Make sure that `package` is installed.

    Args:
        package: the top-level name to look for, such as `torch`.
        requirements: the requirements file that installs it, such as `requirements-torch.txt`.

    Raises:
        MissingStackError: naming the package and the command that installs it.
        SystemExit: in place of that error under `python -m wing.model.room`: there the wing is imported
            before any of our code could catch the error, and the user would see a traceback.
    """
    if is_installed(package):
        return
    message = f"{package} is not installed; run: python -m pip install -r {requirements}"
    if sys.argv[:1] == ["-m"]:  # Python's documented value while it looks for the module to run
        print(f"error: {message}", file=sys.stderr)
        raise SystemExit(2)
    raise MissingStackError(message)


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep back what is written to the process's stderr, by C++ too; show it when the block raises."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            aside.seek(0)
            os.write(2, aside.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
