"""How types and limits are said: in errors, and in the help."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from shared.commandline.fields import Leaf

SEQUENCES = (list, tuple, set, frozenset, Sequence)


def is_list(kind: Any) -> bool:
    """Tell whether a flag of this type takes several words."""
    if get_origin(kind) in (Union, types.UnionType):
        return any(is_list(member) for member in get_args(kind))
    return (get_origin(kind) or kind) in SEQUENCES


def is_boolean(kind: Any) -> bool:
    """Tell whether a flag of this type can stand without a value."""
    return kind is bool or bool in get_args(kind)


def named_values(kind: Any) -> tuple[Any, ...]:
    """Return the values that a Literal or Enum lists, also inside an Optional; of other types none."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return tuple(kind.__members__)
    return tuple(choice for member in get_args(kind) for choice in named_values(member))


def describe(leaf: Leaf) -> str:
    """Say in words what the field can be, such as `a whole number of at least 1`."""
    choices = leaf.note.choices or named_values(leaf.kind)
    if choices:
        return f"one of {', '.join(map(str, choices))}"
    note = leaf.note
    limits = {
        "at least": note.minimum,
        "above": note.above,
        "at most": note.maximum,
        "below": note.below,
    }
    words = [f"{word} {limit:g}" for word, limit in limits.items() if limit is not None]
    return _noun(leaf.kind) + (f", {' and '.join(words)}" if words else "")


def _noun(kind: Any) -> str:
    members = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return " or ".join("none" if member is type(None) else _noun(member) for member in members)
    if is_list(kind):
        inner = _noun(members[0]).split(" ", 1)[-1] if members else "word"
        fixed = get_origin(kind) is tuple and members[-1] is not ...
        return f"{len(members)} {inner}s" if fixed else f"a list of {inner}s"
    nouns = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}
    return nouns.get(kind, "a mapping" if get_origin(kind) in (dict, Mapping) else "a value")
