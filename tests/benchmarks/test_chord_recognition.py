"""The comparison of chord recognizers: who is asked for what, and what counts as ahead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.chord_peers.contract import Recognition
from benchmarks.chord_recognition import HARD, SLOW, asked_of, bars_of
from shared.annotation.labelled_audio import LabelledAudio
from shared.metrics.chords import METRICS, ChordScores, SongScores

SLOW_NAME = next(iter(SLOW))


class Named:
    """A recognizer that is only asked for its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def recognise(self, paths: Sequence[Path]) -> Recognition:
        """Recognise nothing."""
        return Recognition({}, {}, {})


def scores(values: dict[str, float]) -> ChordScores:
    """Return one score in every metric for each song."""
    return ChordScores(
        tuple(
            SongScores(name, 100.0, dict.fromkeys(METRICS, value), 10, 10, (0.0,) * 32, (0.0,) * 32)
            for name, value in values.items()
        )
    )


def test_a_slow_recognizer_is_asked_for_some_of_the_songs_evenly_spread() -> None:
    pairs = [LabelledAudio(Path(f"{number}.flac"), Path(f"{number}.lab")) for number in range(48)]
    assert asked_of(Named("quick"), pairs) == pairs
    asked = [int(pair.name) for pair in asked_of(Named(SLOW_NAME), pairs)]
    assert asked == list(range(0, 48, 4))
    assert list(asked_of(Named(SLOW_NAME), pairs[:3])) == pairs[:3]


def test_ahead_is_counted_on_the_songs_that_both_were_asked_for() -> None:
    ours = scores({"easy": 0.9, "hard": 0.5})
    sets = {HARD: {"consort": ours, "all": scores({"easy": 0.8, "hard": 0.4}), SLOW_NAME: scores({"easy": 0.88})}}
    bars = {bar.name: bar.value for bar in bars_of(sets, {HARD: {"consort": 200.0}})}
    # By the means of all songs the slow one, asked for the easy song only, would be ahead by far.
    assert bars["hard: majmin above the best peer by"] == pytest.approx(0.02)
