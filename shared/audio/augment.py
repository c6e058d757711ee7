"""Changes to a waveform that leave its chords as they are: noise, colour, room, level, tuning, bandwidth.

Each takes a mono waveform [samples] and gives a new one of the same length (but `detune`); where chance is in it, the
caller's generator draws it, so the same seed gives the same sound. At no strength each returns its input to the bit.
Levels are not limited: a result may leave -1..1, which float32 and the features do not mind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.audio.io import Waveform

SAMPLE_RATE = 44_100
# Octave bands of ISO 266, in Hz.
OCTAVE_BANDS_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
_EQUALISER_TAPS = 4097  # 93 ms: resolves the lowest octave band
_BAND_LIMIT_TAPS = 1025
_SILENCE = 1e-10  # mean square below which there is nothing to set a level by


def gain(waveform: Waveform, gain_db: float) -> Waveform:
    """Return the waveform louder by `gain_db`, or softer where it is negative."""
    return waveform * np.float32(10 ** (gain_db / 20)) if gain_db else waveform


def mix_at_snr(music: Waveform, noise: Waveform, snr_db: float, generator: np.random.Generator) -> Waveform:
    """Return music with noise beneath it, the music `snr_db` above it in mean power; infinity is no noise.

    The noise begins at a random place and goes round as often as needed. Silence on either side leaves the music
    as it is.
    """
    if math.isinf(snr_db) or not len(noise) or not len(music):
        return music
    start = int(generator.integers(len(noise)))
    laid = np.resize(np.roll(noise, -start), len(music))
    music_power, noise_power = (float(np.mean(np.square(sound))) for sound in (music, laid))
    if min(music_power, noise_power) < _SILENCE:
        return music
    level = math.sqrt(music_power / noise_power * 10 ** (-snr_db / 10))
    return music + np.float32(level) * np.asarray(laid, dtype=np.float32)


def random_gains_db(generator: np.random.Generator, strength_db: float) -> NDArray[np.float64]:
    """Return a gain for each octave band, in dB: a random walk whose spread about its mean is `strength_db`.

    Neighbouring bands move together, as with loudspeakers, rooms and the taste of engineers.
    """
    walk = np.cumsum(generator.standard_normal(len(OCTAVE_BANDS_HZ)))
    centred = walk - walk.mean()
    return np.asarray(strength_db * centred / max(float(centred.std()), 1e-9))


def equalise(waveform: Waveform, gains_db: Sequence[float] | NDArray[np.float64], rate: int = SAMPLE_RATE) -> Waveform:
    """Return the waveform with a gain in dB at each of `OCTAVE_BANDS_HZ`, smooth in between, without delay."""
    from scipy.signal import firwin2

    gains = np.asarray(gains_db, dtype=np.float64)
    if not gains.any():
        return waveform
    grid = np.linspace(0, rate / 2, _EQUALISER_TAPS // 2 + 1)
    octaves = np.log2(np.maximum(grid, 1.0))
    curve_db = np.interp(octaves, np.log2(OCTAVE_BANDS_HZ), gains)
    return _filtered(waveform, firwin2(_EQUALISER_TAPS, grid, 10 ** (curve_db / 20), fs=rate))


def band_limit(waveform: Waveform, lowest_hz: float, highest_hz: float, rate: int = SAMPLE_RATE) -> Waveform:
    """Return what is between two frequencies, as of a small loudspeaker or a strong codec, without delay.

    0 and half the sample rate (or more) leave the respective end open.
    """
    from scipy.signal import firwin

    ends = [end for end in (lowest_hz, highest_hz) if 0 < end < rate / 2]
    if not ends:
        return waveform
    passes_zero = lowest_hz <= 0
    return _filtered(waveform, firwin(_BAND_LIMIT_TAPS, ends, pass_zero=passes_zero, fs=rate))


def reverberate(
    waveform: Waveform, rt60_s: float, wet: float, generator: np.random.Generator, rate: int = SAMPLE_RATE
) -> Waveform:
    """Return the waveform in a room.

    Args:
        waveform: dry, [samples].
        rt60_s: after this the room's answer, a decaying noise, is 60 dB down.
        wet: power of the room's answer to that of the dry sound; 0 is no room.
        generator: draws the room.
        rate: in Hz.
    """
    n_taps = round(rt60_s * rate)
    if wet <= 0 or n_taps < 1:
        return waveform
    response = generator.standard_normal(n_taps) * 10 ** (-3 * np.arange(n_taps) / n_taps)
    response *= math.sqrt(wet / float((response**2).sum()))
    return waveform + _convolved(waveform, response)[: len(waveform)]


def detune(waveform: Waveform, semitones: float) -> tuple[Waveform, float]:
    """Return the waveform higher by `semitones`, as a tape that runs faster, and the factor of its times.

    Multiply the times of its labels by the factor: 2 ** (-semitones / 12), below 1 for a higher pitch.
    """
    import soxr

    factor = 2.0 ** (-semitones / 12)
    if not semitones:
        return waveform, 1.0
    return np.asarray(soxr.resample(waveform, 1 / factor, 1.0, quality="MQ"), dtype=np.float32), factor


def _filtered(waveform: Waveform, taps: NDArray[np.float64]) -> Waveform:
    """Return the waveform through a linear-phase filter of odd length, its delay taken away."""
    half = len(taps) // 2
    return _convolved(waveform, taps)[half : half + len(waveform)]


def _convolved(waveform: Waveform, taps: NDArray[np.float64]) -> Waveform:
    from scipy.signal import fftconvolve, oaconvolve

    # Blocks win for filters and small rooms; for a room of 1.5 s and more, one transform of the whole is faster.
    convolve = oaconvolve if len(taps) < 1 << 16 else fftconvolve
    return np.asarray(convolve(waveform, taps.astype(np.float32)), dtype=np.float32)
