"""A sample: what one of the dense nets takes and should give, and where it came from; and its form as JSON.

In JSON a vector is an object of the names of its dimensions: what is not named is 0, of a target of levels unknown.
So a file can be read and written by people, and by programs that know nothing of the order of dimensions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models.tasks import HARMONY, MELODY, UNKNOWN, Task
from shared.errors import InputError, nearest
from shared.files import read_json, write_json

Vector = NDArray[np.float32]

_DECIMALS = 5  # of a number in JSON
_KNOWN_THROUGHOUT = (MELODY, HARMONY)  # tasks whose targets have no unknown numbers
_FIELDS = ("group", "source", "licence", "input", "target")


@dataclass(frozen=True, eq=False)
class Sample:
    """One sample.

    Attributes:
        input: of the net, its length.
        target: of the net, its length; `UNKNOWN` where nothing is known.
        group: samples of one group (a song, a session of a drummer) belong in one split.
        source: the corpus, or `synthetic`.
        licence: its terms.
    """

    input: Vector
    target: Vector
    group: str
    source: str
    licence: str


class Sourced(Protocol):
    """What says where it came from."""

    @property
    def source(self) -> str:
        """The corpus."""

    @property
    def licence(self) -> str:
        """Its terms."""


def stacked(samples: Sequence[Sample]) -> tuple[Vector, Vector]:
    """Return inputs [n, inputs] and targets [n, outputs]."""
    return np.stack([sample.input for sample in samples]), np.stack([sample.target for sample in samples])


def sources_of(samples: Iterable[Sourced]) -> list[dict[str, Any]]:
    """Return how many samples of which corpus and licence there are."""
    counts = Counter((sample.source, sample.licence) for sample in samples)
    return [{"dataset": name, "licence": terms, "samples": n} for (name, terms), n in sorted(counts.items())]


def write_samples(path: Path, task: Task, samples: Iterable[Sample]) -> None:
    """Write samples as JSON."""
    blank = _blank(task)
    entries = [
        {
            "group": sample.group, "source": sample.source, "licence": sample.licence,
            "input": _named(sample.input, task.inputs, 0.0), "target": _named(sample.target, task.outputs, blank),
        }
        for sample in samples
    ]  # fmt: skip
    write_json(path, {"task": task.name, "samples": entries})


def read_samples(path: Path, task: Task) -> list[Sample]:
    """Read what `write_samples` wrote.

    Raises:
        InputError: naming file, sample and field that cannot be used.
    """
    content = read_json(path)
    entries = content.get("samples") if isinstance(content, dict) and content.get("task") == task.name else None
    if not isinstance(entries, list):
        raise InputError(f"{path} holds no samples of the task {task.name}; write them with `prepare`")
    return [_sample(entry, task, f"{path}, sample {number}") for number, entry in enumerate(entries)]


def _blank(task: Task) -> float:
    return 0.0 if task.name in _KNOWN_THROUGHOUT else UNKNOWN


def _named(vector: Vector, names: Sequence[str], blank: float) -> dict[str, float]:
    return {names[index]: round(float(vector[index]), _DECIMALS) for index in np.flatnonzero(vector != blank).tolist()}


def _sample(entry: Any, task: Task, where: str) -> Sample:
    if not isinstance(entry, Mapping):
        raise InputError(f"{where} is no object with {', '.join(_FIELDS)}")
    if missing := [field for field in _FIELDS if field not in entry]:
        raise InputError(f"{where} lacks the field '{missing[0]}'")
    return Sample(
        _vector(entry["input"], task.inputs, 0.0, (-4.0, 4.0), f"{where}, input"),
        _vector(entry["target"], task.outputs, _blank(task), (0.0, 1.0), f"{where}, target"),
        str(entry["group"]), str(entry["source"]), str(entry["licence"]),
    )  # fmt: skip


def _vector(given: Any, names: Sequence[str], blank: float, limits: tuple[float, float], where: str) -> Vector:
    if not isinstance(given, Mapping):
        raise InputError(f"{where} is no object of names and numbers")
    places = {name: index for index, name in enumerate(names)}
    vector = np.full(len(names), blank, dtype=np.float32)
    low, high = limits
    for name, value in given.items():
        if name not in places:
            raise InputError(
                f"{where} names '{name}', which is no dimension; nearest: {', '.join(nearest(name, names))}"
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise InputError(f"{where}: {name} is {value!r}; give a number from {low:g} to {high:g}")
        vector[places[name]] = value
    return vector
