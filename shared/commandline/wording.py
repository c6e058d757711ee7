"""How types and limits are said: in errors, and in the help."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from shared.commandline.fields import Leaf

SEQUENCES = (list, tuple, set, frozenset, Sequence)
_NOUNS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}
_PLURALS = {bool: "truth values", int: "whole numbers", float: "numbers", str: "words", Path: "paths"}


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
    """Say in words what the field can be, such as `a whole number, at least 1`."""
    narrowed = limits(leaf)
    if leaf.note.choices or named_values(leaf.kind):
        return narrowed
    return _noun(leaf.kind) + (f", {narrowed}" if narrowed else "")


def limits(leaf: Leaf) -> str:
    """Say in words what narrows the field beyond its type: choices or a range; empty if nothing does."""
    note = leaf.note
    choices = note.choices or named_values(leaf.kind)
    if choices:
        return f"one of {', '.join(map(str, choices))}"
    bounds = {
        "at least": note.minimum,
        "above": note.above,
        "at most": note.maximum,
        "below": note.below,
    }
    return " and ".join(f"{word} {bound:g}" for word, bound in bounds.items() if bound is not None)


def metavar(kind: Any) -> str:
    """Return what stands for the value in the help, such as `INT` or `TEXT ...`."""
    members = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return "|".join(metavar(member) for member in members if member is not type(None))
    if is_list(kind):
        inner = metavar(members[0]) if members else "TEXT"
        fixed = get_origin(kind) is tuple and members[-1] is not ...
        return " ".join(map(metavar, members)) if fixed else f"{inner} ..."
    if get_origin(kind) in (dict, Mapping) or kind in (dict, Mapping):
        return "JSON"
    return {int: "INT", float: "FLOAT", str: "TEXT", Path: "PATH"}.get(kind, "NAME")


def _noun(kind: Any) -> str:
    members = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return " or ".join("none" if member is type(None) else _noun(member) for member in members)
    if is_list(kind):
        inner = _PLURALS.get(members[0] if members else str, "values")
        fixed = get_origin(kind) is tuple and members[-1] is not ...
        return f"{len(members)} {inner}" if fixed else f"a list of {inner}"
    if (get_origin(kind) or kind) in (dict, Mapping):
        return "a mapping in JSON"
    return _NOUNS.get(kind, "a value")
