"""The datasets of the project, by name. A name is also the dataset's folder under `$CONSORT_DATA`.

The Roman-numeral analyses of When in Rome come through chords-unified only: reading RomanText is a task of
its own, and its labels are no chord labels.
"""

from __future__ import annotations

from shared.datasets import (
    chords_unified,
    embedded,
    imaginary_book,
    isophonics,
    mcgill_billboard,
    nottingham,
    openewld,
    pop909,
    rs200,
    uspop_rwc,
)
from shared.datasets.contract import Dataset
from shared.errors import unknown_choice

_MODULES: tuple[Dataset, ...] = (
    mcgill_billboard, isophonics, uspop_rwc, rs200, pop909, imaginary_book, nottingham, openewld,
    chords_unified, embedded,
)  # fmt: skip
DATASETS: dict[str, Dataset] = {module.NAME: module for module in _MODULES}


def dataset(name: str) -> Dataset:
    """Return the dataset of that name.

    Raises:
        InputError: for an unknown name; it gives the nearest ones.
    """
    try:
        return DATASETS[name]
    except KeyError:
        raise unknown_choice("dataset", name, list(DATASETS)) from None
