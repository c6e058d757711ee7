"""The one way to run everything: a dataclass is the command line of its room.

    @entry_point(TrainConfig)
    def main(config: TrainConfig) -> None:
        train(config)

    if __name__ == "__main__":
        sys.exit(main())

The fields of the dataclass are described with `option`; what they become is in `shared/commandline`. Below
`main` there are only plain dataclasses. What the user can mend is one line on stderr and exit code 2.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from shared.commandline.arguments import read_arguments
from shared.commandline.assemble import assemble
from shared.commandline.departures import find_departures, fitting_departures
from shared.commandline.fields import option, schema_of
from shared.commandline.manual import manual
from shared.commandline.multirun import FLAG, expand, varied
from shared.errors import ConsortError

__all__ = ["EXIT_BROKEN_PIPE", "EXIT_ERROR", "EXIT_INTERRUPTED", "entry_point", "option", "parse"]

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
EXIT_BROKEN_PIPE = 141  # 128 + SIGPIPE
_FIRST_PARTY = ("shared", "audio_models", "sequence_models", "studio", "benchmarks", "__main__")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_REFUSING = (
    errno.EACCES, errno.EEXIST, errno.EISDIR, errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.EROFS,
)  # fmt: skip

Config = TypeVar("Config")
Main = Callable[[Config], Any]


def entry_point(
    config: type[Config], configs: Path | str | None = None
) -> Callable[[Main[Config]], Callable[..., int]]:
    """Make `main(config)` into `main(argv=None) -> exit code`.

    Args:
        config: the dataclass that becomes the command line.
        configs: folder of the YAML departures; left out, `configs/` beside the module of `config`.

    Returns:
        A decorator. The decorated function takes the words after the program (by default those of the
        process) and returns 0, or what `main` returns if that is an int, or an `EXIT_...` code.
    """
    folder = _configs_of(config) if configs is None else Path(configs)

    def decorate(main: Main[Config]) -> Callable[..., int]:
        @functools.wraps(main)
        def run(argv: Sequence[str] | None = None) -> int:
            words = sys.argv[1:] if argv is None else argv
            return _guarded(lambda: _run(main, config, words, folder))

        return run

    return decorate


def parse(config: type[Config], argv: Sequence[str], configs: Path | str | None = None) -> Config:
    """Return the config that the words `argv` ask for, without running anything.

    Raises:
        ConsortError: for what the user can mend, in one sentence.
    """
    folder = _configs_of(config) if configs is None else Path(configs)
    schema = schema_of(config)
    arguments = read_arguments(argv, schema, lambda: find_departures(folder, schema))
    result: Config = assemble(schema, arguments, folder)
    return result


def _configs_of(config: type) -> Path:
    module = sys.modules.get(config.__module__)
    return Path(getattr(module, "__file__", None) or ".").parent / "configs"


def _run(main: Main[Config], config: type[Config], words: Sequence[str], folder: Path) -> int:
    schema = schema_of(config)
    if FLAG in words:
        return _run_each(main, config, [word for word in words if word != FLAG], folder)
    arguments = read_arguments(words, schema, lambda: find_departures(folder, schema))
    if arguments.version:
        from shared.runs import version  # brings NumPy along, which --help need not wait for

        print(f"consort {version()}")
    elif arguments.help:
        description = sys.modules[main.__module__].__doc__ or main.__doc__ or ""
        print(manual(_program(main), description, schema, fitting_departures(folder, schema)))
    else:
        with _logging_to_stderr():
            result = main(assemble(schema, arguments, folder))
        return result if isinstance(result, int) and not isinstance(result, bool) else 0
    return 0


def _run_each(main: Main[Config], config: type[Config], words: Sequence[str], folder: Path) -> int:
    """Run every combination of the values that commas part; one that fails does not stop the others."""
    schema = schema_of(config)
    departures = functools.partial(find_departures, folder, schema)
    runs, worst = expand(words, schema, departures), 0
    name = schema.names.get("run_name")
    for number, run in enumerate(runs, start=1):
        print(f"[{number}/{len(runs)}] {varied(run, words)}", flush=True)
        said = read_arguments(run, schema, departures).values.get(name.dotted) if name else None
        # A name that is given is given to all: each run needs one of its own.
        named = [*run, f"run_name={said[0]}-{number}"] if said else run
        code = _guarded(functools.partial(_run, main, config, named, folder))
        if code == EXIT_INTERRUPTED:
            return code
        worst = max(worst, code)
    return worst


def _program(main: Main[Config]) -> str:
    if main.__module__ != "__main__":
        return f"python -m {main.__module__}"
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return f"python -m {spec.name}" if spec else f"python {sys.argv[0]}"


def _guarded(run: Callable[[], int]) -> int:
    """Return the exit code of `run`; what the user can mend is one line, what we must mend a traceback."""
    try:
        code = run()
        sys.stdout.flush()  # a closed pipe or a full disk shows here at the latest
    except ConsortError as error:
        return _fail(str(error), EXIT_ERROR)
    except KeyboardInterrupt:
        return _fail("interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        _abandon_stdout()
        return _fail("the reader of the output closed it before everything was written", EXIT_BROKEN_PIPE)
    except Exception as error:
        sentence = _storage_sentence(error)
        if sentence is None:
            raise
        return _fail(sentence, EXIT_ERROR)
    return code


def _fail(sentence: str, code: int) -> int:
    print(f"error: {' '.join(sentence.split())}", file=sys.stderr)
    return code


def _storage_sentence(error: Exception) -> str | None:
    """Return the sentence for a disk or a folder that refuses, whichever library met it; else None."""
    number = getattr(error, "errno", None)
    # Keras, TensorFlow and HDF5 wrap the system's error in one of their own.
    if number in _FULL or "No space left on device" in str(error):
        return f"the disk is full{_at(error)}; free some space or choose another output folder"
    if isinstance(error, OSError) and number in _REFUSING and error.filename is not None:
        return f"cannot use {error.filename}: {error.strerror}; choose another path"
    return None


def _at(error: Exception) -> str:
    name = getattr(error, "filename", None)
    return f" ({name})" if name else ""


def _abandon_stdout() -> None:
    """Point stdout at nothing, or Python complains about the same pipe again when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return  # not a real file, as under a test's capture: nothing is flushed at the end


class _LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text if record.levelno < logging.WARNING else f"{record.levelname.lower()}: {text}"


@contextlib.contextmanager
def _logging_to_stderr() -> Iterator[None]:
    """Send our own news, and everybody's warnings, to stderr; stdout holds results only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LineFormatter("%(message)s"))
    ours = [logging.getLogger(name) for name in _FIRST_PARTY]
    levels = [logger.level for logger in ours]
    logging.getLogger().addHandler(handler)
    for logger in ours:
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:  # as it was before: a test, or a command that calls another, goes on in this process
        logging.getLogger().removeHandler(handler)
        for logger, level in zip(ours, levels, strict=True):
            logger.setLevel(level)
