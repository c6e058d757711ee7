"""Landmarks: of every length, and matched only where there is something to match."""

from __future__ import annotations

import numpy as np

from shared.audio.landmarks import HOP, RATE, find_matches, landmarks
from tests.shared.audio.tones import noise


def test_blocks_do_not_matter_and_a_long_recording_goes_on_counting() -> None:
    sound = noise(130 * RATE, seed=1)
    whole = landmarks([sound])
    assert np.array_equal(whole, landmarks(np.array_split(sound, 17)))
    assert (whole[:, 1].max() + 100) * HOP / RATE > 125
    assert len(landmarks([])) == len(landmarks([noise(100)])) == 0


def test_a_part_is_found_and_strangers_are_not() -> None:
    songs = [landmarks([noise(20 * RATE, seed=seed)]) for seed in range(4)]
    part = landmarks([0.1 * noise(20 * RATE, seed=2)[5 * RATE :] + noise(15 * RATE, 1e-3, seed=9)])
    (match,) = find_matches([*songs, part])
    assert (match.first, match.second) == (2, 4)
    assert abs(match.offset_s + 5) < 0.1
    assert find_matches([]) == find_matches([part]) == find_matches([landmarks([]), part]) == []
