"""From the words of a command line to which field, which group option and which file they mean.

`--lstm-units 512`, `--lstm_units=512`, `model.lstm_units=512` and `lstm_units=512` say the same. Words are
taken as they are: no value goes through Hydra's grammar, to which `G:maj(6)/5` or `a=b` is an error.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.commandline.departures import DEFAULT
from shared.commandline.fields import Leaf, Schema
from shared.commandline.values import FALSE_WORDS, TRUE_WORDS
from shared.commandline.wording import is_boolean, is_list
from shared.errors import InputError, unknown_choice


@dataclasses.dataclass
class Arguments:
    """What a command line asks for. `values` maps full field names to (what was written, by which flag)."""

    help: bool = False
    version: bool = False
    config: Path | None = None
    departures: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    values: dict[str, tuple[Any, str]] = dataclasses.field(default_factory=dict)


def read_arguments(
    words: Sequence[str], schema: Schema, departures: Callable[[], Mapping[str, Sequence[str]]]
) -> Arguments:
    """Sort the words of a command line.

    Args:
        words: the command line after the program.
        schema: the fields that exist.
        departures: tells the group options that exist, group to names; asked only when needed.

    Raises:
        InputError: for a word that means nothing here, with the nearest that does.
    """
    return _Reader(list(words), schema, departures).read()


class _Reader:
    def __init__(self, words: list[str], schema: Schema, departures: Callable[[], Mapping[str, Sequence[str]]]) -> None:
        self.words = words
        self.schema = schema
        self.departures = departures
        self.found = Arguments()

    def read(self) -> Arguments:
        while self.words:
            word = self.words.pop(0)
            if word == "-h":
                self.found.help = True
            elif word.startswith("--") and len(word) > 2:
                name, equals, value = word[2:].partition("=")
                self._flag(name, value if equals else None)
            elif self._is_plain(word):
                self._take_plain(word)
            elif "=" in word:
                name, _, value = word.partition("=")
                self._assign(name, value, said=name)
            else:
                raise InputError(f"cannot use the word '{word}'; values with spaces need quotes, see --help")
        return self.found

    def _is_plain(self, word: str) -> bool:
        """Tell whether a word without a flag goes to the list that the config has for such."""
        return self.schema.plain_words is not None and not self._begins_anew(word)

    def _take_plain(self, word: str) -> None:
        leaf = self.schema.plain_words
        assert leaf is not None
        before, said = self.found.values.get(leaf.dotted, ([], self.schema.flag(leaf)))
        self.found.values[leaf.dotted] = ([*before, word], said)

    def _flag(self, name: str, value: str | None) -> None:
        said = f"--{name}"
        if name in ("help", "version") and value is None:
            setattr(self.found, name, True)
            return
        if value is not None:
            self._assign(name, value, said)
            return
        negated = self._negated(name)
        if negated is not None:
            self.found.values[negated.dotted] = ("false", said)
            return
        if name == "config" or self._is_group(name):
            self._assign(name, self._next(said), said)
            return
        leaf = self.schema.find(name, said=said)
        self.found.values[leaf.dotted] = (self._value(leaf, said), said)

    def _negated(self, name: str) -> Leaf | None:
        """Return the boolean that `--no-NAME` switches off, unless a field is itself called so."""
        bare = re.sub(r"^((?:[\w-]+\.)*)no[-_]", r"\1", name).replace("-", "_")
        if name.replace("-", "_") in self.schema.names or bare == name.replace("-", "_"):
            return None
        leaf = self.schema.names.get(bare)
        return leaf if leaf is not None and is_boolean(leaf.kind) else None

    def _value(self, leaf: Leaf, said: str) -> Any:
        if is_boolean(leaf.kind):
            follows = self.words[0].casefold() if self.words else ""
            return self.words.pop(0) if follows in TRUE_WORDS + FALSE_WORDS else "true"
        values = [self._next(said)]
        while is_list(leaf.kind) and self.words and not self._begins_anew(self.words[0]):
            values.append(self.words.pop(0))
        return values if is_list(leaf.kind) else values[0]

    def _next(self, said: str) -> str:
        if not self.words or self.words[0].startswith("--"):
            raise InputError(f"{said} needs a value; one that begins with '--' is written {said}=VALUE")
        return self.words.pop(0)

    def _begins_anew(self, word: str) -> bool:
        """Tell whether a word ends the list before it: a flag, or an assignment to a known name."""
        name, equals, _ = word.partition("=")
        known = name.replace("-", "_") in self.schema.names or name == "config" or self._is_group(name)
        return word.startswith("--") or word == "-h" or (bool(equals) and known)

    def _is_group(self, name: str) -> bool:
        key = name.replace("-", "_")
        if key in self.schema.names or key in self.schema.ambiguous:
            return False
        return key in self.schema.groups or key in self.departures()

    def _assign(self, name: str, value: str, said: str) -> None:
        if name == "config":
            self.found.config = Path(value).expanduser()
        elif self._is_group(name):
            group = name.replace("-", "_")
            self.found.departures.append((group, check_departure(group, value, self.departures())))
        else:
            leaf = self.schema.find(name, said=said)
            self.found.values[leaf.dotted] = (value, said)


def check_departure(group: str, name: str, departures: Mapping[str, Sequence[str]]) -> str:
    """Return `name` if the group offers an option of that name.

    Raises:
        InputError: naming the options that the group offers.
    """
    known = departures.get(group, ())
    if not known:
        raise InputError(f"'{group}' is a group without named options; set its fields: {group}.NAME=VALUE")
    if name not in (*known, DEFAULT):
        raise unknown_choice(f"option of the group {group}:", name, known)
    return name
