"""madmom's deep chroma (Korzeniowski & Widmer, ISMIR 2016)."""

from __future__ import annotations

from benchmarks.chord_peers.runners import old_names
from benchmarks.chord_peers.runners.batch import Recognise, run_batch


def load() -> Recognise:
    """Return the recognizer; its labels are Harte's: maj, min and N."""
    old_names.restore()
    from madmom.audio.chroma import DeepChromaProcessor
    from madmom.features.chords import DeepChromaChordRecognitionProcessor

    chroma, decode = DeepChromaProcessor(), DeepChromaChordRecognitionProcessor()
    return lambda path, duration_s: list(decode(chroma(path)))


if __name__ == "__main__":
    run_batch(load())
