"""The floor: chroma template matching, in our own process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chord_peers.contract import Recognition
from shared.decoding.chord_templates import recognise_by_templates


class TemplatePeer:
    """The control of `shared.decoding.chord_templates` as a recognizer."""

    name = "templates"

    def recognise(self, paths: Sequence[Path]) -> Recognition:
        """Recognise the chords of audio files; one that cannot be read is written down."""
        import soundfile

        result = Recognition()
        for path in paths:
            place = Path(path).resolve()
            started = time.perf_counter()
            try:
                samples, sample_rate = soundfile.read(str(path), dtype="float32", always_2d=True)
                result.chords[place] = recognise_by_templates(samples.mean(axis=1), sample_rate)
                result.seconds[place] = time.perf_counter() - started
            except Exception as error:  # a batch goes on whatever a recording does to it
                result.failures[place] = f"{type(error).__name__}: {error}"
        return result
