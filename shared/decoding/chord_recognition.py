"""The exported chord recognizer on recordings of any length: a stair on which a caller steps in where the data is.

    FramesModel      waveform [samples]                    -> probabilities of each frame, for a few minutes at most
    Recognizer       blocks of a recording, however long   -> the same for all its frames, in constant memory
                     probabilities                         -> timed chords
                     path                                  -> timed chords

A recording is heard in windows that overlap: of each, the frames in the middle count, which have heard what comes
before and after them. Memory grows only with what is kept of each frame: 373 numbers, 16 kB for each second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.annotation.frames import frame_edges
from shared.datasets.contract import TimedChords
from shared.decoding.chord_decoding import decode_chords
from shared.decoding.smoothing import Transitions
from shared.errors import ConsortError, InputError
from shared.export.signature import Signature
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES
from shared.runtime import OnnxModel

Waveform = NDArray[np.float32]

# Frames of one window, and how many of them at either end are context only.
WINDOW_FRAMES, CONTEXT_FRAMES = 512, 64
# How surely a chord goes on for another frame: the name among a model's settings, and what holds where it is absent.
SELF_TRANSITION, DEFAULT_SELF_TRANSITION = "self_transition", 0.96
_LEAST = 1e-7


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
        self.self_transition = float(signature.settings.get(SELF_TRANSITION, DEFAULT_SELF_TRANSITION))

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
        hop, rate = self.model.hop_length, self.model.sample_rate
        parts, heard = [], 0
        for window, first, last, samples in _windows(blocks, hop):
            joint, bass = self.model.frames(window)
            parts.append((joint[first:last], bass[first:last]))
            heard = samples
        if not parts:
            raise InputError("the recording is empty; give one with sound in it")
        joint, bass = (np.concatenate(side) for side in zip(*parts, strict=True))
        return FrameScores(joint, bass, hop / rate, heard / rate)

    def decode(self, scores: FrameScores, beat_times_s: NDArray[np.floating] | None = None) -> TimedChords:
        """Return the chords, which change at frames or, where beats are given, at beats."""
        edges_s = _edges(scores)
        frames = len(edges_s) - 1
        return decode_chords(
            scores.joint[:frames], scores.bass[:frames], edges_s, self.transitions, beat_times_s=beat_times_s
        )

    def recognise(self, path: Path | str) -> TimedChords:
        """Return the chords of an audio file.

        Raises:
            InputError: when the file cannot be read.
        """
        from shared.audio.io import stream_audio

        return self.decode(self.score(stream_audio(path, self.model.sample_rate)))


def _edges(scores: FrameScores) -> NDArray[np.float64]:
    """Return the edges of the frames; a last frame that begins where the recording ends has no length."""
    times_s = scores.times_s
    begin_s = np.concatenate([[0.0], (times_s[1:] + times_s[:-1]) / 2])
    inside = max(1, int((begin_s < scores.duration_s).sum()))
    return frame_edges(times_s[:inside], scores.duration_s)


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
