"""The chords of music while it sounds: the exported streaming recognizer, fed as samples arrive.

    stream = ChordStream("chord_recognizer_stream.onnx")
    for block in sound_card:                   # [samples] of any length, mono, at stream.sample_rate
        for chord in stream.hear(block):       # one for each frame of 93 ms, 0.84 s after it sounded
            print(chord)
    for chord in stream.finish():
        print(chord)

The probabilities of a frame become a chord by a filter: what was probable before and goes on, times what is heard
now. It looks back only, where the decoder of whole recordings (`smoothing`) also knows what comes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.decoding.chord_agreement import agreement
from shared.decoding.chord_recognition import require_our_chords, self_transition_of
from shared.errors import InputError
from shared.export.signature import NEXT_STATE
from shared.music.chord_classes import CHORD_CLASSES, N_CLASSES
from shared.runtime import OnnxModel

Frames = NDArray[np.float32]
_SOUND, _HOPS = "sound", "hops"
_LEAST = 1e-7


class ChordStream:
    """A recording that is heard as it comes."""

    def __init__(self, path: Path | str, self_transition: float = 0.0) -> None:
        """Open chord_recognizer_stream.onnx; `self_transition` 0 is that of the model.

        Raises:
            ConsortError: when the file is no streaming chord recognizer of this version.
        """
        self._model = OnnxModel(path)
        signature = self._model.signature
        require_our_chords(path, signature)
        states = {spec.name: spec for spec in signature.states()}
        if _SOUND not in states:
            raise InputError(f"{path} does not stream; export a network that was trained with model=streaming")
        self.sample_rate = int(signature.settings["sample_rate"])
        self.hop_length = int(signature.settings["hop_length"])
        self._context_hops = int(signature.settings["context_hops"])
        self._memory = {name: np.zeros(spec.shape(batch=1), dtype=np.float32) for name, spec in states.items()}
        # Silence before the first sample; the memory's first sound is cut from it once there is enough.
        self._held = np.zeros(self._context_hops * self.hop_length, dtype=np.float32)
        self._begun = False
        self._samples = self._frames = 0
        self._filter = _Filter(self_transition or self_transition_of(signature))
        self._labels = CHORD_CLASSES.labels  # spelt anew at each access, which no frame should wait for

    @property
    def delay_s(self) -> float:
        """How long after its centre a frame is told, at most: the sound ahead that it hears, in whole hops."""
        return self._context_hops * self.hop_length / self.sample_rate

    def hear(self, samples: Frames) -> list[str]:
        """Return the chords (Harte) of the frames that are complete after these samples [samples], often none."""
        return [self._labels[index] for index in self._filter.classes(self.probabilities(samples))]

    def finish(self) -> list[str]:
        """Return the chords of the frames that were still waiting for what comes; the recording is over."""
        return [self._labels[index] for index in self._filter.classes(self.last_probabilities())]

    def probabilities(self, samples: Frames) -> Frames:
        """Return the probabilities of the frames that are complete after these samples, [frames, 361]."""
        self._samples += len(samples)
        return self._take(np.asarray(samples, dtype=np.float32))

    def last_probabilities(self) -> Frames:
        """Return the probabilities of the frames that were still waiting; after them comes silence."""
        wanted = 1 + self._samples // self.hop_length if self._samples else 0
        silence = np.zeros((self._context_hops + 1) * self.hop_length, dtype=np.float32)
        return self._take(silence, until=wanted)

    def _take(self, samples: Frames, until: int | None = None) -> Frames:
        self._held = np.concatenate([self._held, samples])
        before = (2 * self._context_hops - 1) * self.hop_length
        if not self._begun and len(self._held) >= before:
            self._memory[_SOUND] = self._held[:before].reshape(1, -1, self.hop_length)
            self._held, self._begun = self._held[before:], True
        count = len(self._held) // self.hop_length if self._begun else 0
        if until is not None:
            count = min(count, until - self._frames)
        if count <= 0:
            return np.zeros((0, N_CLASSES), dtype=np.float32)
        hops = self._held[: count * self.hop_length].reshape(1, count, self.hop_length)
        self._held = self._held[count * self.hop_length :]
        answer = self._model.run({_HOPS: hops, **self._memory})
        self._memory = {name: answer[NEXT_STATE + name] for name in self._memory}
        self._frames += count
        joint: Frames = answer["joint"][0]
        return joint


class _Filter:
    """The most nearly right chord now, given all frames so far: the forward pass of a hidden Markov model."""

    def __init__(self, self_transition: float) -> None:
        self._stay, self._belief = self_transition, np.full(N_CLASSES, 1.0 / N_CLASSES)
        self._agreement = agreement().astype(np.float64)

    def classes(self, probabilities: Frames) -> list[int]:
        """Return the class of each frame [frames, 361]."""
        return [int((self._heard(frame) @ self._agreement).argmax()) for frame in probabilities]

    def _heard(self, frame: Frames) -> NDArray[np.float64]:
        change = (1 - self._stay) / (N_CLASSES - 1)
        expected = self._stay * self._belief + change * (1 - self._belief)
        belief = expected * np.maximum(frame, _LEAST)
        self._belief = belief / belief.sum()
        return self._belief
