"""`--multirun`: one command, every combination of the values that commas part.

    train --multirun model=small,medium lr=1e-3,3e-4          four runs, one after the other

Only what can have no comma of its own is parted: numbers, choices, truth values and group options. A text such as
`--tags "jazz, mellow"` stays whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from shared.commandline.fields import Leaf, Schema
from shared.commandline.wording import is_list
from shared.errors import InputError

FLAG = "--multirun"


def expand(
    words: Sequence[str], schema: Schema, departures: Callable[[], Mapping[str, Sequence[str]]]
) -> list[list[str]]:
    """Return the words of each run.

    Args:
        words: the command line without the flag itself.
        schema: the fields that exist.
        departures: tells the group options that exist.

    Raises:
        InputError: when no word names several values.
    """
    choices: list[list[str]] = []
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        before = words[index - 1] if index else ""
        if equals and _is_parted(name.removeprefix("--"), schema, departures):
            choices.append([f"{name}={part.strip()}" for part in value.split(",")])
        elif not word.startswith("--") and before.startswith("--") and "=" not in before:
            parted = _is_parted(before[2:], schema, departures)
            choices.append([part.strip() for part in word.split(",")] if parted else [word])
        else:
            choices.append([word])
    if all(len(several) == 1 for several in choices):
        raise InputError(f"{FLAG} needs a setting with several values, parted by commas, such as lr=1e-3,3e-4")
    return [list(run) for run in itertools.product(*choices)]


def varied(run: Sequence[str], words: Sequence[str]) -> str:
    """Return the words of a run that the command line did not say so."""
    return " ".join(word for word, said in zip(run, words, strict=True) if word != said)


def _is_parted(name: str, schema: Schema, departures: Callable[[], Mapping[str, Sequence[str]]]) -> bool:
    key = name.replace("-", "_")
    leaf = schema.names.get(key)
    if leaf is None:
        return key not in schema.ambiguous and (key in schema.groups or key in departures())
    return not is_list(leaf.kind) and not _is_free_text(leaf)


def _is_free_text(leaf: Leaf) -> bool:
    kinds = {leaf.kind, *get_args(leaf.kind)}
    return not leaf.note.choices and not kinds & {int, float, bool}
