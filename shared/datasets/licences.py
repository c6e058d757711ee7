"""Which licences let weights that were trained on a record be given away, with credit."""

from __future__ import annotations

# How the licence notes of such records begin.
PERMISSIVE = ("Apache-2.0", "CC0", "CC-BY-4", "CC-BY-SA", "ISC", "MIT", "public-domain")


def may_ship(licence: str) -> bool:
    """Tell whether weights trained on a record of this licence may be distributed."""
    return licence.startswith(PERMISSIVE)
