"""Our recognizer as the benchmark measures it: the exported file, as `predict` runs it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chord_peers.contract import Recognition
from shared.decoding.chord_recognition import FramesModel, Recognizer
from shared.errors import ConsortError


class OwnPeer:
    """An exported chord recognizer."""

    name = "consort"

    def __init__(self, model: Path) -> None:
        """Open the model."""
        self._recognizer = Recognizer(FramesModel(model))

    def recognise(self, paths: Sequence[Path]) -> Recognition:
        """Recognise the chords of audio files; one that cannot be read is written down."""
        result = Recognition()
        for path in paths:
            place = Path(path).resolve()
            started = time.perf_counter()
            try:
                result.chords[place] = self._recognizer.recognise(place)
                result.seconds[place] = time.perf_counter() - started
            except ConsortError as error:
                result.failures[place] = str(error)
        return result
