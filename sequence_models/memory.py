"""Keep the memory that a training step frees, for the next step.

TensorFlow's generator dataset, which feeds a Keras `PyDataset`, tells the C library to give freed memory back at
once (glibc, `mallopt(M_TRIM_THRESHOLD)`), and with that every large tensor is mapped from the system anew and
filled with zeros by it: about a third of a training step was spent there. Afterwards the usual habit is restored.
"""

from __future__ import annotations

import ctypes

# malloc.h: the parameters' numbers; sizes in bytes, the second being the largest that glibc takes.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_TRIM_BYTES, _MMAP_BYTES = 2_000_000_000, 32 * 1024 * 1024


def keep_freed_memory() -> bool:
    """Let the C library keep freed memory; return False where it is not glibc and has no such habit to change."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES) and mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES))
