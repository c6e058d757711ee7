"""Which licences let weights that were trained on a record be given away, with credit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shared.errors import ConsortError

# How the licence notes of such records begin.
PERMISSIVE = ("Apache-2.0", "CC0", "CC-BY-4", "CC-BY-SA", "ISC", "MIT", "public-domain")


def may_ship(licence: str) -> bool:
    """Tell whether weights trained on a record of this licence may be distributed."""
    return licence.startswith(PERMISSIVE)


def refuse_to_ship(learnt_from: Iterable[str], folder: Path) -> None:
    """Make sure that the weights of a run may be given away.

    Args:
        learnt_from: licences of the records that it was trained on.
        folder: the run, for the sentence.

    Raises:
        ConsortError: when they may not.
    """
    if refused := sorted({licence for licence in learnt_from if not may_ship(licence)}):
        raise ConsortError(
            f"{folder} learnt from records under {', '.join(refused)}; such weights may not be given away"
        )
