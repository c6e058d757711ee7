"""Named departures from the defaults (`configs/<group>/<option>.yaml`) and whole config files.

Hydra composes the departures: one may build on another through its `defaults` list, and interpolate. It is
imported here and nowhere else, only when a departure is chosen (it takes longer to import than a short
command to run). Flags, types, limits and help are ours: Hydra's grammar refuses chord labels as values, and
its help knows neither units nor meanings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.commandline.fields import Schema
from shared.errors import ConsortError, InputError
from shared.files import read_json

Values = dict[str, tuple[Any, str]]  # full field name -> (what was written, where)
PRESET = "preset"
DEFAULT = "default"  # an option of every group that has options: no departure at all


def find_departures(configs: Path, schema: Schema) -> dict[str, list[str]]:
    """Return the group options below `configs`, group to names.

    A folder named as a group of the config holds departures of that group; the folder `preset` holds
    departures of the config as a whole. Rooms of one model share `configs/`: folders that another room's
    config knows are passed over.
    """
    found: dict[str, list[str]] = {}
    for folder in sorted(configs.glob("*/")):
        names = sorted(path.stem for path in folder.glob("*.yaml") if re.fullmatch(r"\w[\w-]*", path.stem))
        if names and (folder.name in schema.groups or folder.name == PRESET):
            found[folder.name] = names
    return found


def fitting_departures(configs: Path, schema: Schema) -> dict[str, list[str]]:
    """Return the group options without those presets that are meant for another room of the model."""
    known = {*schema.names, *schema.groups, "defaults"}
    found = find_departures(configs, schema)
    presets = found.pop(PRESET, [])
    presets = [name for name in presets if known >= set(read_mapping(configs / PRESET / f"{name}.yaml"))]
    return found | ({PRESET: presets} if presets else {})


def departure_values(configs: Path, schema: Schema, group: str, name: str) -> Values:
    """Return what one departure sets, by full field name; a preset may choose departures of the groups.

    Raises:
        InputError: when the file is broken or sets a field that does not exist.
    """
    file = configs / group / f"{name}.yaml"
    if name == DEFAULT and not file.exists():
        return {}
    content = _compose(configs, group, name, file)
    prefix = f"{group}." if group in schema.groups else ""
    values, chosen = flatten(content, schema, str(file), prefix)
    below: Values = {}
    for inner_group, inner_name in chosen:
        below |= departure_values(configs, schema, inner_group, inner_name)
    return below | values


def _compose(configs: Path, group: str, name: str, file: Path) -> Mapping[str, Any]:
    import yaml
    from hydra import compose, initialize_config_dir
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        with initialize_config_dir(str(configs.resolve()), version_base="1.3"):
            composed = compose(overrides=[f"+{group}={name}"])
        content = OmegaConf.to_container(composed, resolve=True)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        raise InputError(f"{file} cannot be composed: {_one_line(error)}") from error
    inner = content.get(group, {}) if isinstance(content, dict) else {}
    return inner if isinstance(inner, dict) else {}


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the content of a JSON or YAML file that holds one mapping.

    Raises:
        InputError: when it cannot be read, is neither, or holds something else.
    """
    if path.suffix not in (".json", ".yaml", ".yml"):
        raise InputError(f"a config file ends in .json or .yaml, not '{path.name}'")
    content = read_json(path) if path.suffix == ".json" else _read_yaml(path)
    if not isinstance(content, dict):
        raise InputError(f"{path} must hold fields and their values, such as 'epochs: 10'")
    return {str(key): value for key, value in content.items()}


def _read_yaml(path: Path) -> Any:
    import yaml  # only when a file is read

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not valid YAML: {_one_line(error)}") from error
    return {} if content is None else content


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def flatten(
    content: Mapping[str, Any], schema: Schema, source: str, prefix: str = ""
) -> tuple[Values, list[tuple[str, str]]]:
    """Sort a nested mapping into values by full field name, and the group options that it names.

    Args:
        content: groups hold mappings; a field may stand in its group, or by its bare or dotted name.
        schema: the fields that exist.
        source: the file, for errors.
        prefix: the group (with a dot) to which `content` belongs.

    Raises:
        InputError: for a field that does not exist, with the nearest that does.
    """
    values: Values = {}
    chosen: list[tuple[str, str]] = []
    for key, value in content.items():
        full = prefix + str(key).replace("-", "_")
        if full in schema.groups and isinstance(value, Mapping):
            below, chosen_below = flatten(value, schema, source, f"{full}.")
            values |= below
            chosen += chosen_below
        elif full in schema.groups and isinstance(value, str):
            chosen.append((full, value))
        elif full in schema.groups:
            raise InputError(f"{source}: '{full}' is a group; it holds fields, not '{value}'")
        else:
            leaf = schema.find(full, said=full, kind=f"field in {source}:")
            values[leaf.dotted] = (value, f"{source}: {leaf.dotted}")
    return values, chosen


def config_values(path: Path, schema: Schema) -> tuple[Values, list[tuple[str, str]]]:
    """Return what a file given by `--config` sets, and which group options it chooses.

    Raises:
        ConsortError: when the file is missing or broken, or names an unknown field.
    """
    if path.is_dir():
        raise ConsortError(f"--config takes a .json or .yaml file, and {path} is a folder")
    return flatten(read_mapping(path), schema, str(path))
