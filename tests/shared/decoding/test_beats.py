"""Beats: found where they are planted, and the evidence between them worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from shared.decoding.beats import beat_synchronous, find_beats
from shared.errors import InputError


@pytest.mark.slow  # librosa compiles its beat tracker on first use
def test_a_click_track_is_found() -> None:
    rate, spacing = 22_050, 0.5
    waveform = np.zeros(12 * rate, dtype=np.float32)
    planted = np.arange(1.0, 11.5, spacing)
    click = np.sin(2 * np.pi * 1000 * np.arange(800) / rate) * np.exp(-np.arange(800) / 150)
    for time in planted:
        start = round(time * rate)
        waveform[start : start + len(click)] += click.astype(np.float32)
    beats = find_beats(waveform, rate)
    assert np.diff(beats) == pytest.approx(spacing, abs=0.05)
    assert max(np.abs(planted - beat).min() for beat in beats) < 0.05
    assert len(beats) >= 18


def test_silence_has_no_beats() -> None:
    assert find_beats(np.zeros(22_050, dtype=np.float32), 22_050).tolist() == []


def test_frames_count_for_the_time_that_they_reach_into_a_beat() -> None:
    log_probs = np.array([[-1.0, -4.0], [-2.0, -3.0], [-3.0, -2.0], [-8.0, -1.0]])
    edges = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    pooled, bounds = beat_synchronous(log_probs, edges, np.array([0.5, 1.75, 2.0]))
    assert bounds.tolist() == [0.0, 0.5, 1.75, 2.0, 4.0]
    # From 0.5 to 1.75: half of frame 0 and three quarters of frame 1.
    wanted = [[-1.0, -4.0], [-2.0 / 1.25, (-2.0 - 2.25) / 1.25], [-2.0, -3.0], [-5.5, -1.5]]
    assert pooled == pytest.approx(np.array(wanted))


def test_a_beat_shorter_than_a_frame_hears_that_frame() -> None:
    pooled, bounds = beat_synchronous(np.array([[-1.0], [-2.0]]), np.array([0.0, 1.0, 2.0]), np.array([1.2, 1.3]))
    assert bounds.tolist() == [0.0, 1.2, 1.3, 2.0]
    assert pooled[1] == pytest.approx(-2.0)


def test_beats_outside_or_at_the_ends_cut_nothing_off() -> None:
    log_probs, edges = np.array([[-1.0], [-3.0]]), np.array([0.0, 1.0, 2.0])
    for beats in ([], [-1.0, 0.0, 2.0, 5.0], [0.01, 1.99]):
        pooled, bounds = beat_synchronous(log_probs, edges, np.array(beats))
        assert bounds.tolist() == [0.0, 2.0]
        assert pooled == pytest.approx(np.array([[-2.0]]))


def test_what_is_no_beat_or_no_edge_is_refused() -> None:
    with pytest.raises(InputError, match="beat times must rise"):
        beat_synchronous(np.zeros((2, 1)), np.arange(3.0), np.array([1.0, 1.0]))
    with pytest.raises(InputError, match="2 frames have 3 edges, not 2"):
        beat_synchronous(np.zeros((2, 1)), np.arange(2.0), np.array([1.0]))
