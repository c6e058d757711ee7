"""Beats: where they are, and the evidence of the frames between them taken together.

Chords change with the beat in most music, and a mean over a beat is steadier than any of its frames. What is
pooled is log-probabilities: neighbouring frames hear the same sound twice, so their mean is taken and not their sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

Times = NDArray[np.float64]

# A beat nearer than this to an end of the recording would leave a sliver that is no beat.
_NEAREST_S = 0.05


def find_beats(waveform: NDArray[np.floating], sample_rate: int) -> Times:
    """Return the beats of a recording [beats] in seconds, rising; none where nothing pulses.

    By dynamic programming over the onsets (Ellis 2007, as librosa has it).

    Args:
        waveform: mono, [samples].
        sample_rate: in Hz.
    """
    import librosa

    onsets = librosa.onset.onset_strength(y=np.asarray(waveform, dtype=np.float32), sr=sample_rate)
    if not onsets.any():
        return np.zeros(0)
    _, beats = librosa.beat.beat_track(onset_envelope=onsets, sr=sample_rate, units="time")
    return np.asarray(beats, dtype=np.float64)


def beat_synchronous(
    log_probs: NDArray[np.floating], edges_s: Times, beat_times_s: NDArray[np.floating]
) -> tuple[NDArray[np.float64], Times]:
    """Return the mean of frames between beats: [segments, classes], and the edges [segments + 1] of the segments.

    What lies before the first beat and after the last is a segment too. A frame counts in each segment for the time
    that it reaches into it, so a beat shorter than a frame has evidence as well.

    Args:
        log_probs: [frames, classes].
        edges_s: where each frame begins, and the end of the last, [frames + 1] (`annotation.frames.frame_edges`).
        beat_times_s: rising, [beats]; those outside the frames are left out.

    Raises:
        InputError: when the beats do not rise, or there is no edge for each frame.
    """
    beats = np.asarray(beat_times_s, dtype=np.float64)
    if len(edges_s) != len(log_probs) + 1:
        raise InputError(f"{len(log_probs)} frames have {len(log_probs) + 1} edges, not {len(edges_s)}")
    if (np.diff(beats) <= 0).any():
        raise InputError("beat times must rise")
    inside = beats[(beats > edges_s[0] + _NEAREST_S) & (beats < edges_s[-1] - _NEAREST_S)]
    bounds = np.concatenate([edges_s[:1], inside, edges_s[-1:]])
    return np.diff(_integral(log_probs, edges_s, bounds), axis=0) / np.diff(bounds)[:, None], bounds


def _integral(values: NDArray[np.floating], edges_s: Times, times_s: Times) -> NDArray[np.float64]:
    """Return the integral over time of values that are constant in each frame, up to each time: [times, classes]."""
    summed = np.cumsum(np.asarray(values, dtype=np.float64) * np.diff(edges_s)[:, None], axis=0)
    summed = np.concatenate([np.zeros((1, values.shape[1])), summed])
    frames = np.clip(np.searchsorted(edges_s, times_s, side="right") - 1, 0, len(values) - 1)
    return np.asarray(summed[frames] + values[frames] * (times_s - edges_s[frames])[:, None])
