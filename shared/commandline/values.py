"""From what was written (a word, several words, a YAML value) to the type that the field declares."""

from __future__ import annotations

import enum
import json
import math
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from shared.commandline.fields import Leaf
from shared.commandline.wording import SEQUENCES, describe, named_values
from shared.errors import InputError, nearest

TRUE_WORDS = ("true", "yes", "on", "1")
FALSE_WORDS = ("false", "no", "off", "0")
NONE_WORDS = ("none", "null")
_FEW = 8  # so many choices are listed in an error; of more, only the nearest


class _UnfitError(Exception):
    """The value does not fit the type; the caller knows the flag and says so."""


def value_of(leaf: Leaf, raw: Any, said: str) -> Any:
    """Return `raw` as the type of the field.

    Args:
        leaf: the field.
        raw: a string, the list of strings after a list flag, or a value out of JSON or YAML.
        said: the flag, or the file and field, that gave the value: the error names it.

    Raises:
        InputError: naming `said`, the value, and what is valid.
    """
    try:
        value = convert(raw, leaf.kind)
    except _UnfitError:
        raise _refusal(leaf, raw, said) from None
    if value != leaf.default and not _allowed(leaf, value):
        raise _refusal(leaf, raw, said)
    return value


def _refusal(leaf: Leaf, raw: Any, said: str) -> InputError:
    shown = " ".join(map(str, raw)) if isinstance(raw, list) else raw
    choices = [str(choice) for choice in leaf.note.choices or named_values(leaf.kind)]
    close = nearest(str(shown), choices)
    if len(choices) > _FEW and close:
        return InputError(f"{said} is '{shown}', which it cannot be; nearest: {', '.join(close)}")
    return InputError(f"{said} is '{shown}'; it must be {describe(leaf)}")


def _allowed(leaf: Leaf, value: Any) -> bool:
    items = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
    note = leaf.note
    for item in items:
        if item is not None and note.choices and item not in note.choices:
            return False
        if isinstance(item, (int, float)) and not (
            (note.minimum is None or item >= note.minimum)
            and (note.maximum is None or item <= note.maximum)
            and (note.above is None or item > note.above)
            and (note.below is None or item < note.below)
        ):
            return False
    return True


def convert(raw: Any, kind: Any) -> Any:
    """Return `raw` as `kind`: bool, int, float, str, Path, Enum, Literal, Optional, list, tuple, dict."""
    origin = get_origin(kind)
    if kind is Any:
        return raw
    if origin in (Union, types.UnionType):
        return _union(raw, get_args(kind))
    if origin is Literal:
        return _pick({str(choice): choice for choice in get_args(kind)}, raw)
    if (origin or kind) in SEQUENCES:
        return _sequence(raw, origin or kind, get_args(kind))
    if (origin or kind) in (dict, Mapping):
        return _mapping(raw, get_args(kind) or (str, Any))
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        members = {str(member.value): member for member in kind} | dict(kind.__members__)
        return raw if isinstance(raw, kind) else _pick(members, raw)
    return _scalar(raw, kind)


def _scalar(raw: Any, kind: Any) -> Any:
    if kind is bool:
        return _boolean(raw)
    if isinstance(raw, (bool, list, Mapping)) or raw is None:
        raise _UnfitError
    if kind is str:
        if isinstance(raw, float):  # YAML has already lost the spelling: 1.10 would become 1.1
            raise _UnfitError
        return str(raw)
    try:
        if kind is Path:
            return _path(raw)
        if kind is int:
            return _whole(raw)
        if kind is float:
            return _finite(raw)
    except (ValueError, TypeError, OverflowError):
        raise _UnfitError from None
    raise TypeError(f"a config field cannot be of type {kind}")


def _path(raw: Any) -> Path:
    try:
        return Path(raw).expanduser()  # the shell leaves the ~ in --flag=~/songs as it is
    except RuntimeError:  # nobody's home: a name that happens to begin with ~
        return Path(raw)


def _boolean(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).casefold()
    if word not in TRUE_WORDS + FALSE_WORDS:
        raise _UnfitError
    return word in TRUE_WORDS


def _whole(raw: Any) -> int:
    """Accept `20000`, `20_000` and `2e4`, which is how people write steps."""
    try:
        return int(raw) if isinstance(raw, (int, str)) else _whole(str(raw))
    except ValueError:
        number = float(raw)
        if not number.is_integer():
            raise
        return int(number)


def _finite(raw: Any) -> float:
    number = float(raw)
    if not math.isfinite(number):
        raise _UnfitError
    return number


def _pick(choices: Mapping[str, Any], raw: Any) -> Any:
    if str(raw) not in choices:
        raise _UnfitError
    return choices[str(raw)]


def _union(raw: Any, kinds: Sequence[Any]) -> Any:
    is_none = raw is None or (isinstance(raw, str) and raw.casefold() in NONE_WORDS)
    if type(None) in kinds and is_none:
        return None
    # `str` takes everything, so it is asked last.
    for kind in sorted((kind for kind in kinds if kind is not type(None)), key=lambda kind: kind is str):
        try:
            return convert(raw, kind)
        except _UnfitError:
            continue
    raise _UnfitError


def _sequence(raw: Any, container: Any, kinds: tuple[Any, ...]) -> Any:
    items = _items(raw)
    build = list if container in (list, Sequence) else container
    if container is tuple and kinds and kinds[-1] is not ...:
        if len(items) != len(kinds):
            raise _UnfitError
        return tuple(convert(item, kind) for item, kind in zip(items, kinds, strict=True))
    kind = kinds[0] if kinds else str
    return build(convert(item, kind) for item in items)


def _items(raw: Any) -> list[Any]:
    """Take a list apart: `512 256` in several words, `512,256`, `[512, 256]`, or a list already."""
    if isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], str):
        raw = raw[0]
    if isinstance(raw, str):
        return _split(raw)
    if not isinstance(raw, (list, tuple)):
        return [raw]
    parts = [_split(item) if isinstance(item, str) else [item] for item in raw]
    return [item for part in parts for item in part]


def _split(text: str) -> list[Any]:
    """Split at commas outside brackets: `C:maj(6,9),G:7` is two chords."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            return list(json.loads(text))
        except ValueError:
            text = text[1:-1]
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip().strip("'\"") for part in parts if part.strip()]


def _mapping(raw: Any, kinds: Sequence[Any]) -> dict[Any, Any]:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise _UnfitError from None
    if not isinstance(raw, Mapping):
        raise _UnfitError
    return {convert(key, kinds[0]): convert(value, kinds[1]) for key, value in raw.items()}
