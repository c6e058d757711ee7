"""Start TensorFlow when it is needed, and without its greeting.

The rooms answer `--help` and refuse a wrong flag before TensorFlow, which takes seconds, is imported. Its
C++ side writes a dozen lines to stderr as it starts (instruction sets, drivers that are not there), which no
setting turns off; they are kept back, and shown when the start fails.
"""

from __future__ import annotations

import sys

from shared.errors import ConsortError
from shared.stack import quiet_stderr


def start_tensorflow() -> None:
    """Import TensorFlow and Keras and let them look for devices; later calls do nothing."""
    if "tensorflow" in sys.modules:
        return
    with quiet_stderr():
        import keras
        import tensorflow as tf

        tf.config.list_physical_devices()
        keras.ops.zeros(1)


def choose_device(name: str) -> None:
    """Keep TensorFlow to a device: `auto` takes a GPU where there is one, `cpu` never, `gpu` only with one.

    Raises:
        ConsortError: when a GPU is asked for and there is none, or it comes too late to leave it.
    """
    start_tensorflow()
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if name == "gpu" and not gpus:
        raise ConsortError("TensorFlow sees no GPU; take --device auto, or install its GPU build")
    if name == "cpu" and gpus:
        try:
            tf.config.set_visible_devices([], "GPU")
        except RuntimeError as error:
            raise ConsortError("the GPU is in use already; give --device cpu to a process of its own") from error
