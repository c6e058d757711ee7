"""Telling that two recordings are one: pairs of spectral peaks, as in Wang 2003 (the search behind Shazam).

A landmark is two peaks of the spectrogram: their frequencies and the time between them. It survives another level,
another codec and another beginning, and hardly ever occurs twice by chance. Where many landmarks of two recordings lie
at one and the same distance in time, one recording holds the other's sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.audio.io import Waveform

RATE = 8000
HOP = 256  # samples: 32 ms
_N_FFT = 1024
_CHUNK_S = 60  # of a recording at once; pairs do not reach over
_NEIGHBOURHOOD = (11, 31)  # frames and bins in which a peak is the highest
_PEAKS_PER_BLOCK, _BLOCK_FRAMES = 10, 31  # the strongest of each second
_PARTNERS, _REACH_FRAMES = 3, 63
_COMMON = 20  # a landmark that so many share tells nothing
_LEAST_COUNT, _LEAST_SHARE = 25, 0.2

Landmarks = NDArray[np.int32]  # [landmarks, 2]: hash and frame


@dataclass(frozen=True, slots=True)
class Match:
    """What sounds at a time in recording `first` sounds `offset_s` later in recording `second`."""

    first: int
    second: int
    offset_s: float


def landmarks(waveform: Iterable[Waveform]) -> Landmarks:
    """Return the landmarks of a recording at `RATE`, given block by block."""
    found = [np.zeros((0, 2), dtype=np.int32)]
    for number, chunk in enumerate(_chunks(waveform)):
        here = _of_chunk(chunk)
        here[:, 1] += number * (_CHUNK_S * RATE // HOP)
        found.append(here)
    return np.concatenate(found)


def _chunks(blocks: Iterable[Waveform]) -> Iterator[Waveform]:
    held = np.zeros(0, dtype=np.float32)
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= _CHUNK_S * RATE:
            yield held[: _CHUNK_S * RATE]
            held = held[_CHUNK_S * RATE :]
    if len(held) >= 2 * _N_FFT:
        yield held


def _of_chunk(waveform: Waveform) -> Landmarks:
    from scipy.fft import rfft
    from scipy.ndimage import maximum_filter

    frames = np.lib.stride_tricks.sliding_window_view(waveform, _N_FFT)[::HOP]
    level = np.log(np.abs(rfft(frames * np.hanning(_N_FFT).astype(np.float32))[:, 1:]) + 1e-6)
    is_peak = (level == maximum_filter(level, _NEIGHBOURHOOD)) & (level > level.mean())
    frame, row = np.nonzero(is_peak)
    # The strongest of each block: by block, then by falling level.
    order = np.lexsort((-level[frame, row], frame // _BLOCK_FRAMES))
    block = frame[order] // _BLOCK_FRAMES
    rank = np.arange(len(order)) - np.searchsorted(block, block)
    kept = np.sort(order[rank < _PEAKS_PER_BLOCK])
    frame, row = frame[kept], row[kept]
    pairs = []
    for partner in range(1, _PARTNERS + 1):
        apart = frame[partner:] - frame[:-partner]
        near = (apart > 0) & (apart <= _REACH_FRAMES)
        hashes = (row[:-partner] << 15) | (row[partner:] << 6) | apart
        pairs.append(np.stack([hashes, frame[:-partner]], axis=1)[near])
    return np.concatenate(pairs).astype(np.int32)


def find_matches(recordings: Sequence[Landmarks]) -> list[Match]:
    """Return the pairs of recordings that hold the same sound, `first` before `second` in the sequence."""
    sizes = np.array([len(recording) for recording in recordings], dtype=np.int64)
    if not sizes.sum():
        return []
    owner = np.repeat(np.arange(len(sizes)), sizes)
    hashes, frames = np.concatenate(list(recordings)).astype(np.int64).T
    order = np.argsort(hashes, kind="stable")
    hashes, frames, owner = hashes[order], frames[order], owner[order]
    run = np.searchsorted(hashes, hashes, side="right") - np.searchsorted(hashes, hashes)
    rare = run <= _COMMON
    hashes, frames, owner = hashes[rare], frames[rare], owner[rare]
    votes = [_votes(hashes, frames, owner, lag) for lag in range(1, min(_COMMON, len(hashes)))]
    if not votes:
        return []
    pairs, counts = np.unique(np.concatenate(votes), axis=0, return_counts=True)
    least = np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]]) * _LEAST_SHARE
    best: dict[tuple[int, int], tuple[int, int]] = {}
    for (first, second, shift), count in zip(pairs[counts >= least], counts[counts >= least], strict=True):
        key = (int(first), int(second))
        if count >= _LEAST_COUNT and count > best.get(key, (0, 0))[0]:
            best[key] = (int(count), int(shift))
    return [Match(*key, offset_s=2 * shift * HOP / RATE) for key, (_, shift) in sorted(best.items())]


def _votes(
    hashes: NDArray[np.int64], frames: NDArray[np.int64], owner: NDArray[np.int64], lag: int
) -> NDArray[np.int64]:
    """Return (first, second, shift in pairs of frames) of landmarks that are equal, `lag` apart in the sorted list."""
    equal = (hashes[lag:] == hashes[:-lag]) & (owner[lag:] != owner[:-lag])  # sorted stably: the owner rises
    first, second = np.nonzero(equal)[0], np.nonzero(equal)[0] + lag
    return np.stack([owner[first], owner[second], (frames[second] - frames[first]) // 2], axis=1)
