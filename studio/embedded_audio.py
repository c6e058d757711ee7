"""Sound inside a page: a small compressed copy of a waveform as a data URI."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

# Half the rate of the WAV beside the page: the copy is for listening in the page, the WAV for keeping.
SAMPLE_RATE = 22_050

# What libsndfile may lack in an older system build comes first; every browser plays MP3 and WAV.
_ENCODINGS = (("MP3", "MPEG_LAYER_III", "audio/mpeg"), ("WAV", "PCM_16", "audio/wav"))


@dataclass(frozen=True, slots=True)
class Sound:
    """A waveform with its rate.

    Attributes:
        waveform: float32 [samples] or [samples, channels] in -1..1.
        sample_rate: in Hz.
    """

    waveform: NDArray[np.float32]
    sample_rate: int

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.waveform) / self.sample_rate


def small_copy(sound: Sound) -> Sound:
    """Return the sound in mono at no more than `SAMPLE_RATE`."""
    mono = sound.waveform if sound.waveform.ndim == 1 else sound.waveform.mean(axis=1)
    if sound.sample_rate <= SAMPLE_RATE:
        return Sound(mono.astype(np.float32), sound.sample_rate)
    from scipy.signal import resample_poly  # loads slowly, and only this function resamples

    shared_factor = math.gcd(SAMPLE_RATE, sound.sample_rate)
    slower = resample_poly(mono, SAMPLE_RATE // shared_factor, sound.sample_rate // shared_factor)
    return Sound(np.clip(slower, -1, 1).astype(np.float32), SAMPLE_RATE)


def data_uri(sound: Sound) -> str:
    """Return the sound as `data:audio/...;base64,...`: MP3 where libsndfile writes it, else WAV."""
    copy = small_copy(sound)
    known = soundfile.available_formats()
    container, subtype, media_type = next(encoding for encoding in _ENCODINGS if encoding[0] in known)
    buffer = io.BytesIO()
    soundfile.write(buffer, copy.waveform, copy.sample_rate, format=container, subtype=subtype)
    return f"data:{media_type};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
