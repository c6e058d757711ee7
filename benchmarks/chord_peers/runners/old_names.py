"""Names that madmom takes from `collections`, where Python 3.10 and later have them no more."""

from __future__ import annotations

import collections
import collections.abc

_MOVED = ("MutableSequence", "MutableMapping", "Sequence", "Mapping", "Iterable")


def restore() -> None:
    """Give `collections` the names back; before madmom is imported."""
    for name in _MOVED:
        setattr(collections, name, getattr(collections.abc, name))
