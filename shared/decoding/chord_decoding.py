"""From what the recognizer's network says of each frame to timed chords.

The chords are the best path (`smoothing`) through how nearly right each would be (`chord_agreement`). The bass is
decided once for each stretch of a chord, by the mean of what the bass head says in it: inversions last as long as their
chord, and a passing note below is no inversion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shared.annotation.frames import Times, join_frames
from shared.datasets.contract import TimedChords
from shared.decoding.beats import beat_synchronous
from shared.decoding.chord_agreement import nearly_right
from shared.decoding.smoothing import Transitions, viterbi
from shared.errors import InputError
from shared.music.chord_classes import N_CLASSES, N_ROOTS


def decode_chords(
    joint: NDArray[np.floating],
    bass: NDArray[np.floating],
    edges_s: Times,
    transitions: Transitions,
    min_frames: int = 1,
    beat_times_s: NDArray[np.floating] | None = None,
) -> TimedChords:
    """Return the chords of a recording, from the first edge to the last.

    Args:
        joint: log-probabilities of the joint classes, [frames, 361].
        bass: log-probabilities of the bass, [frames, 12], C first.
        edges_s: where each frame begins, and the end of the last, [frames + 1] (`annotation.frames.frame_edges`).
        transitions: what follows what, between frames or, with beats, between beats; `Transitions.uniform(361, ...)`.
        min_frames: the least number of frames (with beats: of beats) that a chord lasts.
        beat_times_s: where chords may change, [beats]; None for any frame.

    Raises:
        InputError: when shapes do not fit or a log-probability is not finite.
    """
    n_frames = len(edges_s) - 1
    for name, given, width in (("joint", joint, N_CLASSES), ("bass", bass, N_ROOTS)):
        if given.shape != (n_frames, width):
            raise InputError(f"{name} log-probabilities must be [{n_frames}, {width}], not {list(given.shape)}")
    scores: NDArray[np.floating] = nearly_right(joint)
    if beat_times_s is not None:
        bass, _ = beat_synchronous(bass, edges_s, beat_times_s)
        scores, edges_s = beat_synchronous(scores, edges_s, beat_times_s)
    path = viterbi(scores, transitions, min_frames)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(path)) + 1])
    # The sum over a stretch, a frame weighing its length, is the greatest where the mean is.
    evidence = np.add.reduceat(bass * np.diff(edges_s)[:, None], starts, axis=0)
    return join_frames(path[starts], evidence.argmax(axis=1), edges_s[[*starts, len(path)]])
