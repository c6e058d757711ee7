"""What lies in an audio file, as mono blocks at the file's own rate: by soundfile, or by PyAV what it cannot read.

MP3 goes to PyAV too: libsndfile believes the length in the header, or guesses it from the first frame, and stops there.
Of a file with variable bit rate and without that header it gave 28 of 73 s, of two joined files the first, in silence.

A file that breaks off (a download that stopped, a damaged FLAC) gives what can be decoded, and a warning in the log
says where it ends: an unfinished recording still has chords, but nobody shall take it for the whole.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import InputError

_BLOCK = 1 << 15  # frames: what a broken file loses at most before the fault
_FRAMES_TOGETHER = 32  # of a codec, each of some 1000 samples
_UNKNOWN_FRAMES = 1 << 40  # writers to a pipe put the largest number there is
_OF_INT16 = np.float32(1 / 32_768)
_HUGE = 1e10  # 32-bit integers stored as floats stay below; beyond, squares overflow
_MISSING_S = 0.5  # what codecs pad is shorter
# libsndfile takes a WAV as long as its file; what its header had promised stands only in its report.
_WAV_PROMISE = re.compile(r"data : (\d+) \(should be (\d+)\)")
_PIPED_BYTES = 0x7FFFF000
# Containers whose header has the length; for bare streams FFmpeg estimates it from the bit rate.
_INDEXED = ("mov", "matroska", "asf")
FORMATS = "WAV, FLAC, OGG, MP3 or M4A"
# By what a folder's recordings are told from its other files; a file that is named is tried whatever it is called.
AUDIO_SUFFIXES = frozenset(
    {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".aiff", ".aif", ".au", ".wma"}
)

_log = logging.getLogger(__name__)


class _BrokenOffError(Exception):
    """The decoder cannot go on."""


@dataclass(frozen=True)
class Recording:
    """An audio file, opened afresh by each call of `blocks`.

    Attributes:
        path: the file.
        sample_rate: in Hz.
        n_frames: how many the header promises, None when it does not tell.
        raw: gives what is decoded, [frames, channels] in float32.
    """

    path: Path
    sample_rate: int
    n_frames: int | None
    raw: Callable[[], Iterator[NDArray[np.float32]]]

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield the mean of the channels, [samples], block by block, none of them empty.

        Raises:
            InputError: when nothing can be decoded or a sample is not a number.
        """
        done = 0
        broken = False
        try:
            for block in self.raw():
                if len(block):
                    mixed = _mixed(block)
                    if not (mixed.min() > -_HUGE and mixed.max() < _HUGE):  # NaN is in neither order
                        self._refuse_nonsense(block, done)
                    yield mixed
                    done += len(block)
        except _BrokenOffError:
            broken = True
        if not done:
            raise InputError(f"{self.path} has no sound in it that can be decoded; is it a whole recording?")
        self._warn_of_the_missing(done, broken)

    def _refuse_nonsense(self, block: NDArray[np.float32], done: int) -> None:
        sound = (np.abs(block) < _HUGE).all(axis=1)
        second = (done + int(np.argmin(sound))) / self.sample_rate
        raise InputError(f"{self.path} is damaged at {second:.3f} s (NaN, infinite or huge); export it anew")

    def _warn_of_the_missing(self, done: int, broken: bool) -> None:
        missing = (self.n_frames or done) - done
        if not broken and missing <= _MISSING_S * self.sample_rate:
            return
        whole = f" of {self.n_frames / self.sample_rate:.1f}" if self.n_frames else ""
        _log.warning("%s breaks off after %.1f%s s; the rest is missing", self.path, done / self.sample_rate, whole)


def _mixed(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the channels, [samples]; NumPy's own is ten times slower for two."""
    if block.shape[1] > 2:
        return np.asarray(block.mean(axis=1), dtype=np.float32)
    left, right = block[:, 0], block[:, -1]
    return np.ascontiguousarray(left) if block.shape[1] == 1 else (left + right) * np.float32(0.5)


def open_recording(path: Path | str) -> Recording:
    """Look into an audio file.

    Raises:
        InputError: when there is no such file, or it is empty or holds no audio.
    """
    path = Path(path)
    _refuse_what_is_no_file(path)
    recording = (None if path.suffix.lower() == ".mp3" else _by_soundfile(path)) or _by_av(path)
    if recording is None:
        raise InputError(f"{path} holds no audio that can be read; give {FORMATS}")
    return recording


def _refuse_what_is_no_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder; name an audio file")
    try:
        with path.open("rb") as stream:
            is_empty = not stream.read(1)
    except FileNotFoundError as error:
        raise InputError(f"no such file: {path}") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if is_empty:
        raise InputError(f"{path} is empty; give {FORMATS}")


def _by_soundfile(path: Path) -> Recording | None:
    """Return None when libsndfile does not know the format, or not well enough."""
    import soundfile

    def raw() -> Iterator[NDArray[np.float32]]:
        try:
            with soundfile.SoundFile(str(path)) as file:
                # libsndfile turns 16 bits into floats one by one; NumPy does it at once, to the same bits.
                kind = "int16" if (file.format, file.subtype) == ("WAV", "PCM_16") else "float32"
                while len(block := file.read(_BLOCK, dtype=kind, always_2d=True)):
                    yield block if kind == "float32" else np.multiply(block, _OF_INT16, dtype=np.float32)
        except soundfile.LibsndfileError as error:
            raise _BrokenOffError from error

    try:
        with soundfile.SoundFile(str(path)) as file:
            return None if file.format == "MP3" else Recording(path, file.samplerate, _promised(file), raw)
    except soundfile.LibsndfileError:
        return None


def _promised(file: Any) -> int | None:
    """Return how many frames the header of an open SoundFile promises, None when unknown."""
    report = _WAV_PROMISE.search(file.extra_info)
    if report and int(report[1]) < _PIPED_BYTES:
        return int(file.frames) * int(report[1]) // max(1, int(report[2]))
    return int(file.frames) if file.frames < _UNKNOWN_FRAMES else None


def _by_av(path: Path) -> Recording | None:
    """Return None when FFmpeg finds no audio track either."""
    import av

    def raw() -> Iterator[NDArray[np.float32]]:
        held: list[NDArray[np.float32]] = []
        try:
            for samples in _av_samples(path):
                # Some streams begin in mono and go on in stereo.
                if held and (len(held) == _FRAMES_TOGETHER or len(held[0]) != len(samples)):
                    yield np.concatenate(held, axis=1).T
                    held = []
                held.append(samples)
        except av.FFmpegError as error:
            yield from (samples.T for samples in held)
            raise _BrokenOffError from error
        yield from (samples.T for samples in held)

    try:
        with _av_container(path) as container:
            track = next(iter(container.streams.audio), None)
            if track is None or not track.rate:
                return None
            name, seconds = container.format.name, (container.duration or 0) / av.time_base
            promised = round(seconds * track.rate) if name.startswith(_INDEXED) else 0
            promised = _promised_by_mp3(path) if name == "mp3" else promised
            return Recording(path, track.rate, promised or None, raw)
    except av.FFmpegError:
        return None


def _av_samples(path: Path) -> Iterator[NDArray[np.float32]]:
    """Yield each frame of the first audio track, [channels, samples]."""
    import av

    # To planar floats, which most codecs give by themselves; rate and channels stay.
    as_floats = av.AudioResampler(format="fltp")
    with _av_container(path) as container:
        for frame in container.decode(audio=0):
            for part in [frame] if frame.format.name == "fltp" else as_floats.resample(frame):
                yield np.asarray(part.to_ndarray(), dtype=np.float32)


def _promised_by_mp3(path: Path) -> int:
    """Return how many samples the first frame of an MP3, behind its tag, announces; 0 when it does not tell."""
    with path.open("rb") as stream:
        head = stream.read(10)
        # The size of an ID3 tag: four bytes of seven bits each.
        stream.seek(10 + int("".join(f"{byte:07b}" for byte in head[6:]), 2) if head.startswith(b"ID3") else 0)
        first = stream.read(256)
    # "Xing" (or "Info"), flags of which the lowest says that a count of frames follows, and the count.
    place = max(first.find(b"Xing"), first.find(b"Info"))
    if place < 0 or not int.from_bytes(first[place + 4 : place + 8], "big") & 1:
        return 0
    samples = 1152 if first[1] & 0x08 else 576  # MPEG 1, or 2 and its lower rates
    return samples * int.from_bytes(first[place + 8 : place + 12], "big")


def _av_container(path: Path) -> Any:
    import av

    # A playlist in disguise shall not make us fetch what it names, nor a name with a colon count as a protocol.
    return av.open(f"file:{path}", options={"protocol_whitelist": "file"})
