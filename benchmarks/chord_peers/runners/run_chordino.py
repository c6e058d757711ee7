"""Chordino (Mauch & Dixon, ISMIR 2010), in its own environment."""

from __future__ import annotations

from benchmarks.chord_peers.runners.batch import Recognise, Row, rows_of_changes, run_batch


def load() -> Recognise:
    """Return the recognizer; its labels are lead-sheet names, with sevenths and basses."""
    from chord_extractor.extractors import Chordino

    chordino = Chordino()

    def recognise(path: str, duration_s: float) -> list[Row]:
        changes = [(float(change.timestamp), str(change.chord)) for change in chordino.extract(path)]
        return rows_of_changes(changes, duration_s)

    return recognise


if __name__ == "__main__":
    run_batch(load())
