"""What `--help` prints: every flag with its default, unit, meaning and limits."""

from __future__ import annotations

import dataclasses
import enum
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from shared.commandline.fields import Leaf, Schema
from shared.commandline.wording import is_boolean, limits, metavar


def manual(program: str, description: str, schema: Schema, departures: Mapping[str, Sequence[str]]) -> str:
    """Return the help text.

    Args:
        program: how the command is called, such as `python -m studio.demo`.
        description: the docstring of its module, examples included.
        schema: the fields of its config.
        departures: the group options, group to names.
    """
    width = min(shutil.get_terminal_size().columns, 110)
    option_word = "[group=option] " if departures else ""
    plain = f" {schema.plain_words.path[-1].upper()} ..." if schema.plain_words else ""
    parts = [f"usage: {program}{plain} {option_word}[key=value] [--flag value]", description.strip()]
    top = [leaf for leaf in schema.leaves if len(leaf.path) == 1]
    parts += [_section("flags", top, schema, width)] if top else []
    for group in schema.groups:
        inside = [leaf for leaf in schema.leaves if ".".join(leaf.path[:-1]) == group]
        parts += [_section(f"{group} (also {group}.NAME=VALUE)", inside, schema, width)] if inside else []
    if departures:
        lines = [f"  {group}={'|'.join(names)}" for group, names in departures.items()]
        parts.append("\n".join(["group options (named departures from the defaults)", *lines]))
    parts.append(_general(schema))
    return "\n\n".join(parts)


def _section(title: str, leaves: Sequence[Leaf], schema: Schema, width: int) -> str:
    return "\n".join([title, *(_entry(leaf, schema, width) for leaf in leaves)])


def _entry(leaf: Leaf, schema: Schema, width: int) -> str:
    names = [schema.flag(leaf), *(f"--{alias.replace('_', '-')}" for alias in leaf.note.aliases)]
    if is_boolean(leaf.kind):
        head, dot, name = names[0][2:].rpartition(".")
        names.append(f"--{head}{dot}no-{name}")
    placeholder = "" if is_boolean(leaf.kind) else metavar(leaf.kind)
    indent = " " * 8
    body = textwrap.fill(_meaning(leaf), width, initial_indent=indent, subsequent_indent=indent)
    return f"  {', '.join(names)} {placeholder}".rstrip() + "\n" + body


def _meaning(leaf: Leaf) -> str:
    """Return the phrase of a field with its limits and its default (and unit) in brackets."""
    unit = f" {leaf.note.unit}" if leaf.note.unit else ""
    required = leaf.default is dataclasses.MISSING
    default = "required" + unit if required else f"default: {shown(leaf.default)}{unit}"
    brackets = "; ".join(part for part in (limits(leaf), default) if part)
    return f"{leaf.note.help} ({brackets})".strip()


def shown(value: Any) -> str:
    """Return a default as one would type it."""
    if value is None:
        return "none"
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(map(shown, value)) or "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) or "empty"


def _general(schema: Schema) -> str:
    lines = [
        "general",
        "  --config FILE   take the fields from a .json or .yaml file; flags win over it",
        "  --multirun      run every combination of the values that commas part: lr=1e-3,3e-4",
        "  --version       print the version",
        "  --help, -h      print this",
        "  Hyphens and underscores are the same; --flag=VALUE and key=VALUE too.",
    ]
    if schema.ambiguous:
        names = ", ".join(sorted(schema.ambiguous))
        lines.append(f"  Several groups have {names}: write the group too, as above.")
    return "\n".join(lines)
