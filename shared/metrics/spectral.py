"""How far two sounds are apart: the multi-resolution STFT distance (Yamamoto et al. 2020, Parallel WaveGAN, eq. 3-6).

At each of three resolutions: the spectral convergence, the norm of the difference of magnitudes over the norm of the
reference's, plus the mean absolute difference of log magnitudes. The mean over resolutions is returned. Phases do not
count. Magnitudes are those of a window that sums up to 1, so that a sinusoid of amplitude 1 has 0.5, and logarithms
end at -100 dB, below which nothing is heard.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

RESOLUTIONS = (512, 1024, 2048)
_FLOOR = 1e-5


def multi_resolution_stft(
    estimate: NDArray[np.floating], reference: NDArray[np.floating], resolutions: Sequence[int] = RESOLUTIONS
) -> float:
    """Return the distance of two waveforms [samples] of equal length; windows are `resolutions`, hops a quarter.

    Raises:
        InputError: when the lengths differ or are shorter than a window.
    """
    if estimate.shape != reference.shape or estimate.ndim != 1 or len(reference) < max(resolutions):
        raise InputError(f"two waveforms of {estimate.shape} and {reference.shape} samples cannot be compared")
    return float(np.mean([_distance(estimate, reference, n_fft) for n_fft in resolutions]))


def _distance(estimate: NDArray[np.floating], reference: NDArray[np.floating], n_fft: int) -> float:
    ours, theirs = _magnitudes(estimate, n_fft), _magnitudes(reference, n_fft)
    convergence = np.linalg.norm(ours - theirs) / max(float(np.linalg.norm(theirs)), _FLOOR)
    logs = np.abs(np.log(np.maximum(ours, _FLOOR)) - np.log(np.maximum(theirs, _FLOOR))).mean()
    return float(convergence + logs)


def _magnitudes(waveform: NDArray[np.floating], n_fft: int) -> NDArray[np.float64]:
    window = np.hanning(n_fft + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(waveform, n_fft)[:: n_fft // 4]
    return np.abs(np.fft.rfft(frames * (window / window.sum()), axis=1))
