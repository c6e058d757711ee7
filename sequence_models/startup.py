"""Start TensorFlow when it is needed, and without its greeting.

The rooms answer `--help` and refuse a wrong flag before TensorFlow, which takes seconds, is imported. Its
C++ side writes a dozen lines to stderr as it starts (instruction sets, drivers that are not there), which no
setting turns off; they are kept back, and shown when the start fails.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep back what is written to the process's stderr, by C++ too; show it when the block raises."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            aside.seek(0)
            os.write(2, aside.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def start_tensorflow() -> None:
    """Import TensorFlow and Keras and let them look for devices; later calls do nothing."""
    if "tensorflow" in sys.modules:
        return
    with quiet_stderr():
        import keras
        import tensorflow as tf

        tf.config.list_physical_devices()
        keras.ops.zeros(1)
