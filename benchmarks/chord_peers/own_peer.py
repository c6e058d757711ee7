"""Our recognizer as the benchmark measures it: the exported file, as `predict` runs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.chord_peers.contract import Recognition, recognise_here
from shared.decoding.chord_recognition import FramesModel, Recognizer


class OwnPeer:
    """An exported chord recognizer."""

    name = "consort"

    def __init__(self, model: Path) -> None:
        """Open the model."""
        self._recognizer = Recognizer(FramesModel(model))

    def recognise(self, paths: Sequence[Path]) -> Recognition:
        """Recognise the chords of audio files; one that cannot be read is written down."""
        return recognise_here(paths, self._recognizer.recognise)
