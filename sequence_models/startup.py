"""Start TensorFlow when it is needed, and without its greeting.

The rooms answer `--help` and refuse a wrong flag before TensorFlow, which takes seconds, is imported. Its
C++ side writes a dozen lines to stderr as it starts (instruction sets, drivers that are not there), which no
setting turns off; they are kept back, and shown when the start fails.
"""

from __future__ import annotations

import sys

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
