"""Which examples make which batch: decided by (seed, epoch), shared out fairly among processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sized
from typing import Any, cast

import numpy as np
from torch import Generator
from torch.utils.data import BatchSampler, DataLoader, Dataset, IterableDataset, Sampler

from audio_models.training.config import TrainingConfig
from audio_models.training.randomness import seed_step
from shared.errors import ConsortError, InputError


class EpochOrder(Sampler[int]):
    """All indices in an order that (seed, epoch) alone decides."""

    def __init__(self, size: int, seed: int) -> None:
        """Take the number of examples."""
        self._size, self._seed, self._epoch = size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch, from 0."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        yield from np.random.default_rng([self._seed, self._epoch]).permutation(self._size).tolist()

    def __len__(self) -> int:
        return self._size


def build_loader(dataset: Dataset[Any], config: TrainingConfig, *, shuffle: bool) -> DataLoader[Any]:
    """Return batches of a dataset as the config asks for them; `shuffle` for training."""
    order = EpochOrder(len(cast(Sized, dataset)), config.seed) if shuffle else None
    return DataLoader(dataset, config.batch_size, sampler=order, num_workers=config.workers)


def begin_epoch(loader: DataLoader[Any], seed: int, epoch: int) -> None:
    """Make everything in a loader that draws at random draw what belongs to the epoch.

    Whatever has `set_epoch` is told; generators of the loader's own are seeded; what draws from the global
    generators finds them seeded too, since a loader's samplers begin when it is first asked for a batch.
    """
    batches = loader.batch_sampler
    inner = getattr(batches, "batches", batches)  # what a share is taken of
    parts = [loader.dataset, loader.sampler, batches, inner, getattr(inner, "sampler", None)]
    unique = list({id(part): part for part in parts if part is not None}.values())
    number = seed_step(seed, epoch, 0)
    for part in unique:
        tell = getattr(part, "set_epoch", None)
        if callable(tell):
            tell(epoch)
    for owner in (loader, *unique):
        generator = getattr(owner, "generator", None)
        if isinstance(generator, Generator):
            generator.manual_seed(number)


class ProcessShare(Sampler[list[int]]):
    """One process's part of every batch: each `processes`-th index, so that the whole batch stays what it was.

    A batch with fewer examples than processes leaves some without; these take its first example, so that all
    take the same number of steps, and `sizes` says 0.
    """

    def __init__(self, batches: Sampler[list[int]], process: int, processes: int) -> None:
        """Take the sampler of whole batches, and which process of how many this is."""
        self.batches = batches
        self._process, self._processes = process, processes
        self.sizes: deque[tuple[int, int]] = deque()  # (own examples, all examples) of the batches to come

    def __iter__(self) -> Iterator[list[int]]:
        self.sizes.clear()
        for batch in self.batches:
            share = batch[self._process :: self._processes]
            self.sizes.append((len(share), len(batch)))
            yield share or batch[:1]

    def __len__(self) -> int:
        return len(cast(Sized, self.batches))


def share_loader(loader: DataLoader[Any], process: int, processes: int) -> DataLoader[Any]:
    """Return a loader of one process's part of every batch; with one process, the loader itself.

    Raises:
        ConsortError: when the loader's batches cannot be divided.
    """
    if processes == 1:
        return loader
    if isinstance(loader.dataset, IterableDataset) or not isinstance(loader.batch_sampler, Sampler):
        raise ConsortError(f"{processes} processes can share only a dataset with numbered examples in batches")
    size = getattr(loader.batch_sampler, "batch_size", processes)
    if isinstance(loader.batch_sampler, BatchSampler) and size < processes:
        raise InputError(f"a batch of {size} cannot be shared by {processes} processes; raise batch_size")
    return DataLoader(
        loader.dataset,
        batch_sampler=ProcessShare(loader.batch_sampler, process, processes),
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        pin_memory=loader.pin_memory,
        timeout=loader.timeout,
        worker_init_fn=loader.worker_init_fn,
        generator=loader.generator,
        prefetch_factor=loader.prefetch_factor,
        multiprocessing_context=loader.multiprocessing_context,
    )
