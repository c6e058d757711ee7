"""The same work on many recordings, by joblib: on all cores of this machine, or on a cluster."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import joblib
from tqdm import tqdm

from shared.errors import InputError
from shared.stack import is_installed

Item = TypeVar("Item")
Result = TypeVar("Result")

# Back ends that give results as they come; the others give them at the end of a chunk.
_STREAMING = ("loky", "threading", "sequential")
_CHUNK_PER_WORKER = 16
# What must be installed for a cluster, and where its back end lies.
_CLUSTERS = {"dask": ("distributed", "distributed"), "ray": ("ray", "ray.util.joblib")}


def in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], workers: int, backend: str, unit: str = "file"
) -> Iterator[Result]:
    """Yield the result of each item, in order, with a progress bar.

    Args:
        work: what to do with an item; both travel to other processes.
        items: the items.
        workers: processes, or threads; 0 = one per core (of the cluster).
        backend: loky, threading, sequential, dask or ray.
        unit: what an item is called.

    Raises:
        InputError: when the back end's package is not installed, or there is no cluster.
    """
    jobs = workers or -1
    open_backend(backend)
    streaming = backend in _STREAMING
    size = len(items) if streaming else _CHUNK_PER_WORKER * max(jobs, 8)
    with tqdm(total=len(items), unit=unit, file=sys.stderr) as bar, joblib.parallel_config(backend, n_jobs=jobs):
        parallel = joblib.Parallel(return_as="generator" if streaming else "list")
        for first in range(0, len(items), max(1, size)):
            for result in parallel(joblib.delayed(work)(item) for item in items[first : first + size]):
                bar.update()
                yield result


def open_backend(backend: str) -> None:
    """Make joblib know a cluster's back end; the others it knows.

    Raises:
        InputError: when its package is not installed, or there is no cluster.
    """
    if backend not in _CLUSTERS:
        return
    package, module = _CLUSTERS[backend]
    if not is_installed(package):
        raise InputError(f"--backend {backend} needs the package {package}; install it, or choose --backend loky")
    door = importlib.import_module(module)
    try:
        # A client of Dask registers itself with joblib; its address stands in DASK_SCHEDULER_ADDRESS.
        door.Client() if backend == "dask" else door.register_ray()
    except Exception as error:  # each cluster fails in its own ways
        raise InputError(f"--backend {backend}: no cluster can be reached ({error}); start one first") from error
