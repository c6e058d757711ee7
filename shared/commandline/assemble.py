"""Put a config together: defaults, then departures, then the config file, then the command line."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, TypeVar

from shared.commandline.arguments import Arguments, check_departure
from shared.commandline.departures import (
    Values,
    config_values,
    departure_values,
    find_departures,
)
from shared.commandline.fields import Leaf, Schema, default_of
from shared.commandline.values import value_of
from shared.errors import InputError

Config = TypeVar("Config")


def assemble(schema: Schema, arguments: Arguments, configs: Path) -> Any:
    """Return the config that a command line asks for.

    Raises:
        InputError: for a missing, unknown or unfit value, in one sentence.
    """
    values: Values = {}
    from_file: Values = {}
    departures = list(arguments.departures)
    if arguments.config is not None:
        from_file, chosen = config_values(arguments.config, schema)
        known = find_departures(configs, schema) if chosen else {}
        departures[:0] = [(group, check_departure(group, name, known)) for group, name in chosen]
    for group, name in departures:
        values |= departure_values(configs, schema, group, name)
    values |= from_file
    values |= arguments.values
    return build(schema, values)


def build(schema: Schema, values: Values) -> Any:
    """Return the dataclass with `values` in place of its defaults, after its `validate` hooks.

    Raises:
        InputError: when a required field is missing, or a value does not fit.
    """
    typed: dict[str, Any] = {}
    for leaf in schema.leaves:
        if leaf.dotted in values:
            typed[leaf.dotted] = value_of(leaf, *values[leaf.dotted])
        elif leaf.default is dataclasses.MISSING:
            raise InputError(f"{schema.flag(leaf)} is required: {_meaning(leaf)}")
    try:
        config = _construct(schema.config, "", typed, schema, dataclasses.MISSING)
        _validate(config)
    except ValueError as error:
        raise InputError(" ".join(str(error).split())) from error
    return config


def _meaning(leaf: Leaf) -> str:
    return leaf.note.help or f"it has no default, give {leaf.dotted}=VALUE"


def _construct(config: type, prefix: str, typed: dict[str, Any], schema: Schema, base: Any) -> Any:
    """Build the dataclass below `prefix` on top of `base`, the instance that a group starts from."""
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(config):
        full = prefix + field.name
        if full in schema.groups:
            inner = default_of(field) if base is dataclasses.MISSING else getattr(base, field.name)
            changed[field.name] = _construct(schema.groups[full], f"{full}.", typed, schema, inner)
        elif full in typed:
            changed[field.name] = typed[full]
    return config(**changed) if base is dataclasses.MISSING else dataclasses.replace(base, **changed)


def _validate(config: Any) -> None:
    """Call `validate` of the groups first, then of the config that may compare them."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            _validate(value)
    hook = getattr(config, "validate", None)
    if callable(hook):
        hook()
