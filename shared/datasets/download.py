"""`python -m shared.datasets.download --name nottingham`: fetch a public dataset that allows it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.cli import entry_point, option
from shared.datasets.registry import dataset
from shared.errors import ConsortError


@dataclass
class DownloadConfig:
    """Fetch a public dataset and check that it can be read."""

    name: str = option(help="name of the dataset, such as nottingham or imaginary-book")
    to: Path = option(Path("data/downloads"), help="folder to put it in, under its name")


def download(name: str, to: Path) -> Path:
    """Fetch dataset `name` into `to/name` and return that folder.

    Raises:
        ConsortError: when the dataset is unknown, offers no download, cannot be fetched or cannot be read.
    """
    module = dataset(name)
    fetch: Callable[[Path], None] | None = getattr(module, "download", None)
    if fetch is None:
        raise ConsortError(f"{name} has no download; get it from {module.SOURCE}, and lay out {', '.join(module.TREE)}")
    root = to / name
    fetch(root)
    report = module.validate(root)
    if not report.n_tracks:
        raise ConsortError(f"{name} was fetched into {root}, but nothing in it can be read")
    print(f"{root}: {report.n_tracks} pieces, {len(report.problems)} skipped. Licence: {module.LICENCE}")
    return root


@entry_point(DownloadConfig)
def main(config: DownloadConfig) -> None:
    """Fetch one dataset."""
    download(config.name, config.to)


if __name__ == "__main__":
    sys.exit(main())
