"""madmom's convolutional features and conditional random field (Korzeniowski & Widmer, MLSP 2016)."""

from __future__ import annotations

from benchmarks.chord_peers.runners import old_names
from benchmarks.chord_peers.runners.batch import Recognise, run_batch


def load() -> Recognise:
    """Return the recognizer; its labels are Harte's: maj, min and N."""
    old_names.restore()
    from madmom.features.chords import CNNChordFeatureProcessor, CRFChordRecognitionProcessor

    features, decode = CNNChordFeatureProcessor(), CRFChordRecognitionProcessor()
    return lambda path, duration_s: list(decode(features(path)))


if __name__ == "__main__":
    run_batch(load())
