"""The floor: chroma template matching, in our own process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.chord_peers.contract import Recognition, recognise_here
from shared.datasets.contract import TimedChords
from shared.decoding.chord_templates import recognise_by_templates


class TemplatePeer:
    """The control of `shared.decoding.chord_templates` as a recognizer."""

    name = "templates"

    def recognise(self, paths: Sequence[Path]) -> Recognition:
        """Recognise the chords of audio files; one that cannot be read is written down."""
        return recognise_here(paths, _chords_of)


def _chords_of(path: Path) -> TimedChords:
    import soundfile

    samples, sample_rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    return recognise_by_templates(samples.mean(axis=1), sample_rate)
