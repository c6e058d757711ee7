"""Training, validation and test parts that share no group (song, artist, performer): never split by window.

The part of a group follows from its name and the seed alone, by a hash. So it is the same on every machine,
and it stays when other groups are added or removed. The parts have the wanted sizes only on average.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.errors import ConsortError, InputError

Item = TypeVar("Item")

SPLIT_NAMES = ("train", "validation", "test")
FRACTIONS = (0.8, 0.1, 0.1)


@dataclass(frozen=True)
class Splits(Generic[Item]):
    """The three parts of a corpus, each in the order of the corpus."""

    train: list[Item]
    validation: list[Item]
    test: list[Item]

    def parts(self) -> dict[str, list[Item]]:
        """Return the parts by name."""
        return {name: getattr(self, name) for name in SPLIT_NAMES}


def split_of(group: str, fractions: Sequence[float] = FRACTIONS, seed: int = 0) -> str:
    """Return the part that a group belongs to.

    Args:
        group: name of the group.
        fractions: shares of train, validation and test; they add up to 1.
        seed: another seed deals the groups anew.

    Raises:
        InputError: when the fractions are negative or do not add up to 1.
    """
    if len(fractions) != len(SPLIT_NAMES) or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise InputError(f"split fractions must be three shares that add up to 1, not {tuple(fractions)}")
    digest = hashlib.sha256(f"{seed}:{group}".encode()).digest()
    position = int.from_bytes(digest[:8], "big") / 2**64  # 0 <= position < 1, uniform over groups
    if position < fractions[0]:
        return "train"
    return "validation" if position < fractions[0] + fractions[1] else "test"


def split_by_group(
    items: Iterable[Item],
    group_of: Callable[[Item], str],
    fractions: Sequence[float] = FRACTIONS,
    seed: int = 0,
    fixed: Callable[[Item], str | None] = lambda item: None,
) -> Splits[Item]:
    """Deal items into parts such that no group stands in two.

    Args:
        items: what to split, before any windowing or transposition.
        group_of: name of the group of an item.
        fractions: shares of train, validation and test, by group.
        seed: another seed deals the groups anew.
        fixed: the part that the corpus itself states for an item, or None; it goes before the hash, and the
            whole group follows.

    Raises:
        InputError: for wrong fractions, an unknown fixed part, or a group with two fixed parts.
    """
    items = list(items)
    stated: dict[str, str] = {}
    for item in items:
        part = fixed(item)
        if part is not None and stated.setdefault(group_of(item), part) != part:
            raise InputError(f"the corpus puts group '{group_of(item)}' in two splits; mend its split field")
    parts: dict[str, list[Item]] = {name: [] for name in SPLIT_NAMES}
    for item in items:
        group = group_of(item)
        part = stated.get(group) or split_of(group, fractions, seed)
        if part not in parts:
            raise InputError(f"unknown split '{part}' of group '{group}'; expected {', '.join(SPLIT_NAMES)}")
        parts[part].append(item)
    return Splits(**parts)


def assert_disjoint(splits: Splits[Item], group_of: Callable[[Item], str]) -> None:
    """Check that no group stands in two parts.

    Raises:
        ConsortError: names a group that leaks.
    """
    home: dict[str, str] = {}
    for name, items in splits.parts().items():
        for item in items:
            first = home.setdefault(group_of(item), name)
            if first != name:
                raise ConsortError(f"group '{group_of(item)}' leaks from {first} into {name}; split by group")
