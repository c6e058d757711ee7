"""A loader's batches one by one, each with its own randomness, its name and its weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch.utils.data import DataLoader

from audio_models.training.checks import check_loader, naming, tensors, unpack
from audio_models.training.data_order import ProcessShare, begin_epoch, share_loader
from audio_models.training.randomness import VALIDATION, seed_step


@dataclass(frozen=True)
class Batch:
    """What the loader gave, still on the CPU."""

    index: int  # in its epoch, from 0
    inputs: Any
    targets: Any
    size: int  # examples that count in this process
    weight: float  # of this process's mean in the mean of all processes; 1 in a single one
    where: str  # for messages: `training batch 3 of epoch 7`


class Batches:
    """The batches of a loader, or of one process's part of it."""

    def __init__(self, loader: DataLoader[Any], kind: str, seed: int, process: int, processes: int) -> None:
        """Take the loader, `training` or `validation`, the run's seed, and which process of how many this is.

        Raises:
            InputError: when the loader has no batches or its batches cannot be shared.
        """
        check_loader(loader, f"the {kind} loader")
        self._loader = share_loader(loader, process, processes)
        self._kind, self._seed, self._process, self._processes = kind, seed, process, processes

    def __len__(self) -> int:
        return len(self._loader)

    def of_epoch(self, epoch: int, first: int = 0) -> Iterator[Batch]:
        """Yield the epoch's batches from number `first` on; before each, chance is what belongs to it.

        Data is drawn alike in all processes, since they share one order; dropout is drawn by each for itself.
        """
        begin_epoch(self._loader, self._seed, epoch)
        iterator = iter(self._loader)
        for index in range(len(self)):
            where = f"{self._kind} batch {index + 1}"
            where += f" of epoch {epoch + 1}" if epoch != VALIDATION else ""
            seed_step(self._seed, epoch, index)
            with naming("loader", where):
                content = next(iterator, None)
            if content is None:  # a loader may promise more than it holds
                return
            size, weight = self._shares(content)
            if index < first:
                continue
            if self._processes > 1:
                seed_step(self._seed, epoch, index, self._process)
            inputs, targets = unpack(content, where)
            yield Batch(index, inputs, targets, size, weight, where)

    def _shares(self, content: Any) -> tuple[int, float]:
        """Return how many examples count here, and the weight of their mean."""
        share = self._loader.batch_sampler
        if isinstance(share, ProcessShare):
            own, whole = share.sizes.popleft()
            return own, own * self._processes / whole
        first = next(iter(tensors(content)), None)
        return (len(first) if first is not None and first.ndim else 1), 1.0
