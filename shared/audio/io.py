"""Audio files in and out: any common format to a mono waveform, whole or in blocks of constant memory.

    waveform = read_audio("song.m4a")
    for block in stream_audio("an-hour.flac", block_s=30.0): ...

Both go the same way: decoded block by block, mixed to mono, resampled by a resampler that carries its state. So the
blocks of a stream, joined, are the waveform to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.audio.decoders import Recording, open_recording
from shared.errors import InputError
from shared.files import atomic_path

Waveform = NDArray[np.float32]


def read_audio(path: Path | str, sample_rate: int = 44_100) -> Waveform:
    """Return an audio file as a mono waveform [samples], at least one sample.

    Raises:
        InputError: as `stream_audio`.
    """
    return np.concatenate(list(stream_audio(path, sample_rate)))


def stream_audio(path: Path | str, sample_rate: int = 44_100, block_s: float = 30.0) -> Iterator[Waveform]:
    """Yield an audio file as mono blocks [samples], each `block_s` long but the last.

    A file that breaks off gives what can be decoded, and a warning in the log.

    Args:
        path: WAV, FLAC, OGG, MP3, M4A or anything else that libsndfile or FFmpeg reads, with any number of channels.
        sample_rate: of the result, in Hz.
        block_s: length of a block in seconds.

    Raises:
        InputError: at once when the file is missing, empty or no audio; while reading, when nothing in it can be
            decoded or a sample is not a finite number (the sentence names the second).
    """
    if sample_rate < 1 or block_s * sample_rate < 1:
        raise InputError(f"blocks of {block_s} s at {sample_rate} Hz hold no sample; give a larger rate or length")
    return _in_blocks(_resampled(open_recording(path), sample_rate), round(block_s * sample_rate))


def duration_s(path: Path | str) -> float:
    """Return the length of an audio file in seconds, as its header tells; without that, by decoding it.

    Raises:
        InputError: as `stream_audio`.
    """
    recording = open_recording(path)
    n_frames = recording.n_frames or sum(map(len, recording.blocks()))
    return n_frames / recording.sample_rate


def _resampled(recording: Recording, sample_rate: int) -> Iterator[Waveform]:
    """Yield the recording at another rate, in pieces of any length."""
    import soxr

    if recording.sample_rate == sample_rate:
        yield from recording.blocks()
        return
    stream = soxr.ResampleStream(recording.sample_rate, sample_rate, 1, dtype="float32")
    n_samples = 0
    for block in recording.blocks():
        piece = stream.resample_chunk(block)
        n_samples += len(piece)
        yield piece
    rest = stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True)
    # A single sample at 96 kHz is less than half a sample at 44.1 kHz; a waveform has at least one.
    yield rest if n_samples or len(rest) else np.zeros(1, dtype=np.float32)


def _in_blocks(pieces: Iterator[Waveform], length: int) -> Iterator[Waveform]:
    """Join pieces into blocks of a length; the last may be shorter, none is empty."""
    held: list[Waveform] = []
    n_held = 0
    for piece in pieces:
        held.append(piece)
        n_held += len(piece)
        if n_held >= length:
            joined = np.concatenate(held)
            whole = n_held - n_held % length
            yield from np.split(joined[:whole], whole // length)
            held, n_held = [joined[whole:]], n_held - whole
    if n_held:
        yield np.concatenate(held)


def write_wav(path: Path | str, waveform: NDArray[Any], sample_rate: int) -> Path:
    """Write a waveform as 16-bit WAV, in one step; return its path.

    Raises:
        InputError: when the waveform is empty, not finite, beyond -1..1 or of a wrong shape.
        ConsortError: when the file cannot be written; what was there before stays.
    """
    import soundfile

    path, samples = Path(path), np.asarray(waveform)
    shape_fits = samples.ndim == 1 or (samples.ndim == 2 and samples.shape[1] in (1, 2))
    if not samples.size or not shape_fits:
        raise InputError(f"a waveform of shape {samples.shape} is no sound; give [samples] or [samples, 2]")
    if not np.isfinite(samples).all() or np.abs(samples).max() > 1:
        raise InputError("the waveform leaves -1..1; scale it down before it is written")
    with atomic_path(path) as aside:
        soundfile.write(str(aside), samples, sample_rate, subtype="PCM_16", format="WAV")
    return path
