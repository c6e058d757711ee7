"""crema (McFee & Bello, ISMIR 2017), in its own environment."""

from __future__ import annotations

from benchmarks.chord_peers.runners.batch import Recognise, Row, run_batch


def load() -> Recognise:
    """Return the recognizer; its labels are Harte's, with sevenths and inversions."""
    from crema.models.chord import ChordModel

    model = ChordModel()

    def recognise(path: str, duration_s: float) -> list[Row]:
        intervals, labels = model.predict(filename=path).to_interval_values()
        return [(start, end, label) for (start, end), label in zip(intervals, labels, strict=True)]

    return recognise


if __name__ == "__main__":
    run_batch(load())
