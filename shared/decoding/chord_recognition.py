"""The exported chord recognizer on recordings of any length: a stair on which a caller steps in where the data is.

    FramesModel      waveform [samples]                    -> probabilities of each frame, for a few minutes at most
    Recognizer       blocks of a recording                 -> the same for all its frames: 16 kB for each second
                     probabilities                         -> timed chords
                     blocks of a recording, however long   -> timed chords, in constant memory
                     path                                  -> the same

A recording is heard in windows that overlap: of each, the frames in the middle count, which have heard what comes
before and after them. Before the first sound no chord is heard, however short that silence: the network is not asked,
since it takes a short rest for a part of the chord beside it. Chords alone are decoded segment by segment, so that an
hour needs no more memory than some minutes: segments overlap by far more than a doubt lasts, and the chords are those
of a decoding in one piece.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.annotation.spans import cover, merge
from shared.datasets.contract import TimedChords
from shared.decoding.chord_decoding import decode_chords
from shared.decoding.smoothing import Transitions
from shared.errors import ConsortError, InputError
from shared.export.signature import Signature
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES, NO_CHORD_ID
from shared.runtime import OnnxModel

Waveform = NDArray[np.float32]

# Frames of one window, and how many of them at either end are context only.
WINDOW_FRAMES, CONTEXT_FRAMES = 512, 64
# How surely a chord goes on for another frame: the name among a model's settings, and what holds where it is absent.
SELF_TRANSITION, DEFAULT_SELF_TRANSITION = "self_transition", 0.96
# Frames that are decoded together (six minutes), and how many of them at either end are context only.
SEGMENT_FRAMES, OVERLAP_FRAMES = 4096, 512
# What no sample of the silence before a recording's first sound exceeds: -60 dB of full scale.
SILENT_AMPLITUDE = 1e-3
_LEAST = 1e-7
_NO_CHORD_SURELY = np.where(np.arange(N_CLASSES) == NO_CHORD_ID, 0.0, math.log(_LEAST)).astype(np.float32)
_Frames = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class FrameScores:
    """What the network says of a recording.

    Attributes:
        joint: log-probabilities of the classes of `chord_classes`, [frames, 361].
        bass: log-probabilities of the bass note, [frames, 12].
        hop_s: from frame to frame, in seconds; frame 0 is centred on the beginning.
        duration_s: of the recording.
    """

    joint: NDArray[np.float32]
    bass: NDArray[np.float32]
    hop_s: float
    duration_s: float

    @property
    def times_s(self) -> NDArray[np.float64]:
        """The centre of each frame, [frames]."""
        return np.arange(len(self.joint), dtype=np.float64) * self.hop_s


class FramesModel:
    """chord_recognizer.onnx, held to its signature and to this version's chords."""

    def __init__(self, path: Path | str, threads: int = 0) -> None:
        """Open the model; `threads` 0 takes all cores.

        Raises:
            ConsortError: when the file is no chord recognizer of this version.
        """
        self.model = OnnxModel(path, threads)
        signature = self.model.signature
        require_our_chords(path, signature)
        self.sample_rate = int(signature.settings["sample_rate"])
        self.hop_length = int(signature.settings["hop_length"])
        self.self_transition = self_transition_of(signature)

    def frames(self, waveform: Waveform) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return log-probabilities of chords [frames, 361] and basses [frames, 12] of a waveform [samples]."""
        answer = self.model.run({"waveform": waveform[None]})
        joint, bass = (np.log(np.maximum(answer[name][0], _LEAST)) for name in ("joint", "bass_note"))
        return joint, bass


def require_our_chords(path: Path | str, signature: Signature) -> None:
    """Refuse a model that names other chords than this version.

    Raises:
        ConsortError: naming the file.
    """
    if tuple(signature.vocabularies.get("joint", ())) != CHORD_CLASSES.labels:
        raise ConsortError(f"{path} is no chord recognizer of this version; export it anew")


def self_transition_of(signature: Signature) -> float:
    """Return how surely a model's chords go on for another frame."""
    return float(signature.settings.get(SELF_TRANSITION, DEFAULT_SELF_TRANSITION))


class Recognizer:
    """From recordings to timed chords."""

    def __init__(self, model: FramesModel, self_transition: float = 0.0) -> None:
        """Take the model, and how surely a chord goes on for another frame; 0 = as the model says."""
        self.model = model
        self.transitions = Transitions.uniform(N_CLASSES, self_transition or model.self_transition)

    def score(self, blocks: Iterable[Waveform]) -> FrameScores:
        """Listen to a recording that comes in blocks [samples], mono, at the model's sample rate.

        Raises:
            InputError: when there is no sample at all.
        """
        heard = _Heard()
        joint, bass = _joined(list(self._frames(blocks, heard)))
        rate = self.model.sample_rate
        return FrameScores(joint, bass, self.model.hop_length / rate, heard.samples / rate)

    def decode(self, scores: FrameScores, beat_times_s: NDArray[np.floating] | None = None) -> TimedChords:
        """Return the chords, which change at frames or, where beats are given, at beats."""
        edges_s = self._edges_s(0, len(scores.joint), scores.duration_s)
        frames = len(edges_s) - 1
        return decode_chords(
            scores.joint[:frames], scores.bass[:frames], edges_s, self.transitions, beat_times_s=beat_times_s
        )

    def listen(self, blocks: Iterable[Waveform]) -> TimedChords:
        """Return the chords of a recording that comes in blocks, as `score` and `decode`, in constant memory.

        Raises:
            InputError: when there is no sample at all.
        """
        heard, held, told = _Heard(), list[_Frames](), list[TimedChords]()
        first = done = 0  # the first frame that is held, and the first of which the chord is not told
        for frames in self._frames(blocks, heard):
            held.append(frames)
            end = first + sum(len(joint) for joint, _ in held)
            if end - first >= SEGMENT_FRAMES:
                cut = end - OVERLAP_FRAMES
                told.append(self._segment(held, first, done, cut))
                joint, bass = _joined(held)
                kept = cut - OVERLAP_FRAMES - first
                held, first, done = [(joint[kept:], bass[kept:])], first + kept, cut
        told.append(self._segment(held, first, done, None, heard.samples / self.model.sample_rate))
        intervals_s = np.concatenate([part.intervals_s for part in told])
        return merge(TimedChords(intervals_s, tuple(label for part in told for label in part.labels)))

    def _frames(self, blocks: Iterable[Waveform], heard: _Heard) -> Iterator[_Frames]:
        """Yield log-probabilities of chords and basses in order, and count the samples.

        Raises:
            InputError: when there is no sample at all.
        """
        for window, first, last, samples in _windows(blocks, self.model.hop_length):
            joint, bass = self.model.frames(window)
            if not heard.sound:
                lead_in = _frames_before_sound(window, last, self.model.hop_length)
                joint[:lead_in] = _NO_CHORD_SURELY
                heard.sound = lead_in < last
            heard.samples = samples
            yield joint[first:last], bass[first:last]
        if not heard.samples:
            raise InputError("the recording is empty; give one with sound in it")

    def _segment(
        self, held: list[_Frames], first: int, start: int, end: int | None, duration_s: float = math.inf
    ) -> TimedChords:
        """Return the chords from frame `start` to before frame `end` of frames that are held from `first` on."""
        joint, bass = _joined(held)
        edges_s = self._edges_s(first, len(joint), duration_s)
        frames = len(edges_s) - 1
        timed = decode_chords(joint[:frames], bass[:frames], edges_s, self.transitions)
        return cover(timed, edges_s[start - first], edges_s[frames if end is None else end - first])

    def _edges_s(self, first: int, count: int, duration_s: float) -> NDArray[np.float64]:
        """Return the edges of frames, as far as they begin within the recording; the last ends with it."""
        begin_s = (np.arange(first, first + count + 1) - 0.5) * self.model.hop_length / self.model.sample_rate
        edges_s = np.maximum(begin_s, 0.0)
        inside = max(1, int((edges_s[:-1] < duration_s).sum()))
        edges_s = edges_s[: inside + 1]
        if math.isfinite(duration_s):
            edges_s[-1] = duration_s
        return edges_s

    def recognise(self, path: Path | str) -> TimedChords:
        """Return the chords of an audio file.

        Raises:
            InputError: when the file cannot be read.
        """
        from shared.audio.io import stream_audio

        return self.listen(stream_audio(path, self.model.sample_rate))


@dataclass
class _Heard:
    """How many samples there were so far, and whether one of them was no silence."""

    samples: int = 0
    sound: bool = False


def _frames_before_sound(window: Waveform, frames: int, hop: int) -> int:
    """Return how many of a window's first frames lie in silence that lasts from the window's beginning."""
    loud = np.abs(window[: frames * hop]) > SILENT_AMPLITUDE
    silent = int(loud.argmax()) if loud.any() else frames * hop
    return math.ceil(silent / hop)


def _joined(frames: list[_Frames]) -> _Frames:
    joint, bass = (np.concatenate(side) for side in zip(*frames, strict=True))
    return joint, bass


def _windows(blocks: Iterable[Waveform], hop: int) -> Iterator[tuple[Waveform, int, int, int]]:
    """Yield windows of a recording: samples, the first and the last frame that count, the samples heard so far.

    A window begins on a frame's centre. Together the frames that count are 0 to samples // hop.
    """
    size, step = WINDOW_FRAMES * hop, (WINDOW_FRAMES - 2 * CONTEXT_FRAMES) * hop
    held: Waveform = np.zeros(0, dtype=np.float32)
    heard, first = 0, 0
    for block in blocks:
        held, heard = np.concatenate([held, block]), heard + len(block)
        while len(held) > size:
            yield held[:size], first, WINDOW_FRAMES - CONTEXT_FRAMES, heard
            held, first = held[step:], CONTEXT_FRAMES
    if heard:
        yield held, first, 1 + len(held) // hop, heard
