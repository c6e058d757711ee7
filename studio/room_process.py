"""Run a room (`python -m wing.model.room`) as a process of its own, its output shown live and kept in a log.

The studio imports no framework; whatever needs one runs here. On a terminal the room gets a terminal of its
own (a pseudo-terminal), so that its progress bars move as if it had been called by hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from shared.errors import ConsortError
from shared.runs import PROJECT_ROOT
from studio.chatter import ChatterFilter, without_chatter

# How long an interrupted room may take to end by itself (it may be writing a checkpoint).
GRACE_S = 20.0
_CHUNK_BYTES = 65_536


def run_room(module: str, arguments: Sequence[str], log_path: Path, what: str) -> None:
    """Run `python -m module arguments` to its end.

    Args:
        module: the room, such as `sequence_models.chord_generator.train`.
        arguments: its command line.
        log_path: receives everything the room prints.
        what: the step in the user's words, for the error.

    Raises:
        ConsortError: when the room fails; one sentence with the step, its last words and the log.
    """
    command = [sys.executable, "-m", module, *arguments]
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        log.write(f"$ {' '.join(command[1:])}\n".encode())
        status = _run(command, log)
    if status != 0:
        raise ConsortError(f"{what} failed (exit code {status}){last_words(log_path)}; its output is in {log_path}")


def last_words(log_path: Path) -> str:
    """Return the last line of a log as `: line`, without an `error:` before it; empty when there is none."""
    text = without_chatter(log_path.read_bytes()).decode("utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines()[1:] if line.strip()]
    errors = [line for line in lines if line.startswith("error: ")]
    line = (errors or lines or [""])[-1].removeprefix("error: ").rstrip(".")
    return f": {line}" if line else ""


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return the room's environment: it finds the project from any folder, and TensorFlow speaks of errors only."""
    paths = [str(PROJECT_ROOT), *filter(None, [base.get("PYTHONPATH")])]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}
    return {**quiet, **base, "PYTHONPATH": os.pathsep.join(paths)}


def _run(command: Sequence[str], log: BinaryIO) -> int:
    """Start the command, pass its output on, return its exit status; whatever happens, it does not outlive us."""
    ours, theirs = _channel(sys.stdout.isatty())
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment(os.environ)
        )
        os.close(theirs)
        with _ended(process):
            _pass_on(ours, log)
    finally:
        os.close(ours)
    return process.returncode


def _channel(terminal: bool) -> tuple[int, int]:
    """Return the two ends of a pseudo-terminal as wide as ours, or of a pipe."""
    if not terminal:
        return os.pipe()
    import pty  # POSIX only, as terminals are
    import termios

    ours, theirs = pty.openpty()
    size = os.get_terminal_size(sys.stdout.fileno())
    # Some containers give a terminal of no width, on which no progress bar would be seen.
    termios.tcsetwinsize(theirs, (size.lines or 24, size.columns or 80))
    return ours, theirs


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Wait for the process on the way out; after Ctrl-C give it time to end, then end it."""
    try:
        yield
        process.wait()
    except BaseException:
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


def _pass_on(source: int, log: BinaryIO) -> None:
    """Copy what the room writes to our output as it comes; in the log every state of a bar is a line."""
    chatter = ChatterFilter()
    for chunk in _chunks(source):
        _show(chatter.feed(chunk))
        log.write(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        log.flush()
    _show(chatter.flush())


def _show(text: bytes) -> None:
    """Write to our output at once."""
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def _chunks(source: int) -> Iterator[bytes]:
    """Yield what can be read until the other end closes (a pseudo-terminal then raises, a pipe is empty)."""
    with suppress(OSError):
        while chunk := os.read(source, _CHUNK_BYTES):
            yield chunk
