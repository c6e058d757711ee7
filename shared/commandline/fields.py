"""What a config says about itself: each field with its flag, default, unit, meaning and limits."""

from __future__ import annotations

import copy
import dataclasses
import typing
from collections.abc import Iterator, Sequence
from typing import Any

from shared.errors import InputError, nearest

_METADATA_KEY = "consort.option"
RESERVED = ("config", "help", "version", "multirun")


@dataclasses.dataclass(frozen=True)
class Option:
    """What `option` notes down about a field, beyond its type and default."""

    help: str = ""
    unit: str = ""
    choices: tuple[Any, ...] = ()
    aliases: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    plain_words: bool = False


def option(
    default: Any = ...,
    help: str = "",
    unit: str = "",
    choices: Sequence[Any] = (),
    aliases: Sequence[str] = (),
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
    plain_words: bool = False,
) -> Any:
    """Describe a field of a config dataclass; it becomes a flag of the command line.

    Args:
        default: the value when nobody says otherwise (lists are copied); left out, the flag is required.
        help: what the field means, in one phrase.
        unit: the unit of a number, such as `s` or `chords`.
        choices: the only values (or items of a list) that are valid, apart from the default.
        aliases: further names of the flag, such as `lr`.
        minimum: the smallest valid number.
        maximum: the largest valid number.
        above: a number that the value must exceed.
        below: a number that the value must stay under.
        plain_words: words without a flag belong to this list, as the files in `predict song.mp3`.
    """
    note = Option(help, unit, tuple(choices), tuple(aliases), minimum, maximum, above, below, plain_words)
    metadata = {_METADATA_KEY: note}
    if default is ...:
        return dataclasses.field(kw_only=True, metadata=metadata)
    if isinstance(default, (list, dict, set)) or dataclasses.is_dataclass(default):
        return dataclasses.field(default_factory=lambda: copy.deepcopy(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Leaf:
    """One field that holds a value: `path` leads to it through the groups."""

    path: tuple[str, ...]
    kind: Any
    default: Any
    note: Option

    @property
    def dotted(self) -> str:
        """The full name, such as `model.lstm_units`."""
        return ".".join(self.path)


@dataclasses.dataclass(frozen=True)
class Schema:
    """All fields of a config, and every name under which each can be reached.

    `names` maps every spelling (full name, bare name where it is the only one, alias) to its field;
    `ambiguous` maps the bare names that several groups share to the fields that bear them.
    """

    config: type
    leaves: tuple[Leaf, ...]
    groups: dict[str, type]
    names: dict[str, Leaf]
    ambiguous: dict[str, tuple[Leaf, ...]]

    def find(self, name: str, *, said: str, kind: str = "option") -> Leaf:
        """Return the field that `name` means; hyphens and underscores are the same.

        Args:
            name: bare or dotted name, or an alias.
            said: what the user wrote, for the error.
            kind: what to call it in the error.

        Raises:
            InputError: when it is unknown (with the nearest names) or several groups have it.
        """
        key = name.replace("-", "_")
        if key in self.names:
            return self.names[key]
        if key in self.ambiguous:
            full = " or ".join(leaf.dotted for leaf in self.ambiguous[key])
            raise InputError(f"{kind} '{said}' is ambiguous; write {full}")
        raise self._unknown(kind, said, key)

    def _unknown(self, kind: str, said: str, key: str) -> InputError:
        """Build the error for a name that does not exist, in the spelling that the user chose."""
        known = [*(name for name in self.names if "." in key or "." not in name), *self.groups]
        known += [leaf.dotted for leaves in self.ambiguous.values() for leaf in leaves]
        close = nearest(key, known)
        if said.startswith("--"):
            close = ["--" + other.replace("_", "-") for other in close]
        hint = f"nearest: {', '.join(close)}" if close else "--help lists them all"
        return InputError(f"unknown {kind} '{said}'; {hint}")

    @property
    def plain_words(self) -> Leaf | None:
        """The list that takes words without a flag, if the config has one."""
        return next((leaf for leaf in self.leaves if leaf.note.plain_words), None)

    def flag(self, leaf: Leaf) -> str:
        """Return the shortest flag that means `leaf`."""
        short = leaf.path[-1]
        return "--" + (short if self.names.get(short) is leaf else leaf.dotted).replace("_", "-")


def schema_of(config: type) -> Schema:
    """Return the schema of a config dataclass; its fields that are dataclasses are groups.

    Raises:
        TypeError: when two fields claim one name (a fault of the config, not of the user).
    """
    groups: dict[str, type] = {}
    leaves = tuple(_walk(config, (), dataclasses.MISSING, groups))
    names = {leaf.dotted: leaf for leaf in leaves}
    if taken := [name for name in RESERVED if name in names]:
        raise TypeError(f"{config.__name__}: '{taken[0]}' is a flag of every command line")
    for leaf in leaves:
        for alias in leaf.note.aliases:
            if names.setdefault(alias.replace("-", "_"), leaf) is not leaf or alias in RESERVED:
                raise TypeError(f"{config.__name__}: the alias '{alias}' of {leaf.dotted} is taken")
    bare: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        if leaf.path[-1] not in names and leaf.path[-1] not in groups:
            bare.setdefault(leaf.path[-1], []).append(leaf)
    names |= {name: found[0] for name, found in bare.items() if len(found) == 1 and name not in RESERVED}
    ambiguous = {name: tuple(found) for name, found in bare.items() if len(found) > 1}
    return Schema(config, leaves, groups, names, ambiguous)


def _walk(config: type, path: tuple[str, ...], base: Any, groups: dict[str, type]) -> Iterator[Leaf]:
    """Yield the fields below `path`; `base` is the instance that the groups above start from, if any."""
    kinds = typing.get_type_hints(config)
    for field in dataclasses.fields(config):
        if not field.init:
            continue
        here = (*path, field.name)
        default = default_of(field) if base is dataclasses.MISSING else getattr(base, field.name)
        kind = kinds[field.name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            groups[".".join(here)] = kind
            yield from _walk(kind, here, default, groups)
        else:
            yield Leaf(here, kind, default, field.metadata.get(_METADATA_KEY, Option()))


def default_of(field: dataclasses.Field[Any]) -> Any:
    """Return a field's default, made anew by its factory, or `MISSING`."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
