"""Made-up and real progressions: every type often enough, basses that are no other chord's name."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from audio_models.chord_recognizer.progressions import (
    SOUNDING_TYPES,
    inversions,
    laid,
    random_chord,
    random_progression,
    song_progression,
)
from shared.datasets.contract import ChordSong
from shared.music.chord_types import INTERVALS
from shared.music.chords import Chord


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("quality", "basses"),
    [
        ("maj", (0, 4, 7)),
        ("7", (0, 4, 7, 10)),
        ("dim7", (0,)),
        ("aug", (0,)),
        ("maj6", (0, 4, 7)),
        ("min7", (0, 7, 10)),
    ],
)
def test_an_inversion_has_no_better_name(quality: str, basses: tuple[int, ...]) -> None:
    assert inversions(quality) == basses


def test_every_type_comes_often_enough_to_be_learned_and_basses_are_chord_tones() -> None:
    drawn = [random_chord(rng_, 0) for rng_ in [rng()] for _ in range(6000)]
    counts = Counter(chord.quality for chord in drawn)
    assert set(counts) == set(SOUNDING_TYPES)
    assert len(SOUNDING_TYPES) == 30
    assert min(counts.values()) > 0.012 * len(drawn)
    assert all(chord.bass in INTERVALS[chord.quality] for chord in drawn)
    assert 0.15 < np.mean([chord.bass != 0 for chord in drawn]) < 0.35


def test_a_made_up_progression_fills_its_length_without_gaps() -> None:
    spans = random_progression(rng(), 64.0, 1.0)
    assert spans[0].onset_quarters == 0.0
    assert spans[-1].end_quarters >= 64.0
    assert all(a.end_quarters == b.onset_quarters and a.chord != b.chord for a, b in pairwise(spans))
    assert all(span.end_quarters - span.onset_quarters >= 1.0 for span in spans)


def test_equal_neighbours_become_one() -> None:
    c, g = Chord(0, "maj", 0), Chord(7, "maj", 7)
    spans = laid([c, c, g], [1.0, 2.0, 1.0])
    assert [(span.onset_quarters, span.end_quarters, span.chord) for span in spans] == [(0.0, 3.0, c), (3.0, 4.0, g)]


def test_a_real_song_keeps_its_bars() -> None:
    c, f, g = Chord(0, "maj", 0), Chord(5, "maj", 5), Chord(7, "7", 7)
    song = ChordSong(
        id="a", dataset="d", licence="MIT", title="", artist="", genre=None, mood=None, mood_source=None, key=None,
        key_source=None, tempo_qpm=None, meter="4/4", chords=(c, f, g), bars=((c,), (f, g)), sections=None, group="a",
        split=None,
    )  # fmt: skip
    spans = song_progression(song, rng(), 40.0, 4.0, 0.5)
    lengths = {span.chord.root: span.end_quarters - span.onset_quarters for span in spans[1:-1]}
    assert lengths == {0: 4.0, 5: 2.0, 7: 2.0}
    assert spans[-1].end_quarters >= 40.0
