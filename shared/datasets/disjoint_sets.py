"""Which things belong together when any two may be tied (union-find)."""

from __future__ import annotations


class DisjointSets:
    """Union-find over strings; the smallest string of a set stands for it."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def find(self, item: str) -> str:
        """Return the smallest string of the set of `item`."""
        parents = self._parents
        parents.setdefault(item, item)
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    def union(self, first: str, second: str) -> None:
        """Make one set of two."""
        low, high = sorted((self.find(first), self.find(second)))
        self._parents[high] = low
