"""AAC in an MP4 container, as telephones and shops write it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np


def write_m4a(path: Path, waveform: np.ndarray, rate: int, **options: str) -> Path:
    """Write a mono waveform [samples] as M4A, whatever the path's suffix; return the path."""
    with av.open(str(path), "w", format="ipod", options=options) as container:
        track = container.add_stream("aac", rate=rate, layout="mono", bit_rate=128_000)
        for start in range(0, len(waveform), 1024):
            frame = av.AudioFrame.from_ndarray(waveform[None, start : start + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = rate, start
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return path
