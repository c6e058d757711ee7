"""The control that a sceptic tries first: chroma against the 24 major and minor triads, without any learning.

A constant-Q chromagram (36 bins an octave, the tuning estimated), its cosine with the three notes of each triad,
and the best path through the softmax of `SHARPNESS` times the cosine (Fujishima 1999; Bello & Pickens 2005). Set
once, not tuned. It never says that there is no chord, unless the recording is silent.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from shared.annotation.frames import frame_edges, join_frames
from shared.datasets.contract import TimedChords
from shared.decoding.smoothing import Transitions, viterbi
from shared.errors import InputError
from shared.music.chord_classes import CHORD_CLASSES, NO_CHORD_ID
from shared.music.chords import Chord, chroma

SAMPLE_RATE = 22_050  # Hz
HOP_LENGTH = 2048  # samples, 93 ms
BINS_PER_OCTAVE = 36
SHARPNESS = 8.0
SELF_TRANSITION = 0.9

TRIADS = tuple(Chord(root, quality, root) for quality in ("maj", "min") for root in range(12))


def recognise_by_templates(waveform: NDArray[np.floating], sample_rate: int) -> TimedChords:
    """Return the chords of a recording, from 0 to its end.

    Args:
        waveform: mono, [samples].
        sample_rate: in Hz.

    Raises:
        InputError: when there is no sample or more than one channel.
    """
    import librosa

    if waveform.ndim != 1 or not len(waveform):
        raise InputError(f"chords are recognised in a mono waveform [samples], not {list(waveform.shape)}")
    duration_s = len(waveform) / sample_rate
    if not waveform.any():  # without a partial librosa has no tuning to estimate, and says so
        return join_frames([NO_CHORD_ID], [0], np.array([0.0, duration_s]))
    sound = librosa.resample(np.asarray(waveform, np.float32), orig_sr=sample_rate, target_sr=SAMPLE_RATE)
    chromagram = librosa.feature.chroma_cqt(
        y=sound, sr=SAMPLE_RATE, hop_length=HOP_LENGTH, bins_per_octave=BINS_PER_OCTAVE
    )
    centres = np.arange(chromagram.shape[1]) * HOP_LENGTH / SAMPLE_RATE
    kept = centres < duration_s
    path = match_templates(chromagram.T[kept])
    classes = [CHORD_CLASSES.encode(TRIADS[triad]) for triad in path]
    return join_frames(classes, [TRIADS[triad].root for triad in path], frame_edges(centres[kept], duration_s))


def match_templates(chromagram: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the triad of each frame [frames] on the best path, as indices of `TRIADS`.

    Args:
        chromagram: [frames, 12], C first.
    """
    norms = np.linalg.norm(chromagram, axis=1, keepdims=True)
    logits = SHARPNESS * (chromagram / np.maximum(norms, 1e-9)) @ _templates().T
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return viterbi(log_probs, Transitions.uniform(len(TRIADS), SELF_TRANSITION))


@cache
def _templates() -> NDArray[np.float64]:
    """Return the triads as unit vectors, [24, 12]."""
    return np.asarray(np.stack([chroma(triad) for triad in TRIADS]) / np.sqrt(3), dtype=np.float64)
