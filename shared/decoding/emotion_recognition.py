"""Recordings, MIDI files or waveforms to emotions, by the exported recognizer: no framework is needed.

    ear = EmotionEar(model_path)
    heard = ear.of_file("song.mp3")        # Heard: embedding [64], point, the word of the thesaurus

A stair: `of_features` takes the 128 dimensions of a clip, `of_waveform` sound, `of_file` a file. A long file is heard
in parts of two minutes, and its embedding is their mean, weighted by length.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.audio.clip_settings import ClipSettings
from shared.audio.clip_summary import clip_summary
from shared.audio.io import Waveform, read_audio
from shared.errors import InputError
from shared.music.emotion import Match, thesaurus
from shared.music.emotion_nets import Vector, embedding_point
from shared.music.emotion_point import EmotionPoint
from shared.music.note_sound import note_sound
from shared.music.note_table import NoteTable
from shared.runtime import OnnxModel

SAMPLE_RATE = ClipSettings().sample_rate
MIDI_SUFFIXES = (".mid", ".midi")
SHORTEST_S = 0.5  # less is no music
PART_S = 120.0
_FEATURES, _EMBEDDING = "features", "embedding"


@dataclass(frozen=True, eq=False)
class Heard:
    """What was heard: the embedding [64] and the point that its first dimensions state."""

    embedding: Vector

    @property
    def point(self) -> EmotionPoint:
        """Valence, arousal, dominance and intensity."""
        return embedding_point(self.embedding)

    @property
    def nearest(self) -> Match:
        """The nearest node of the thesaurus."""
        return thesaurus().by_point(self.point)


class EmotionEar:
    """The recognizer from the 128 features, opened once."""

    def __init__(self, path: Path | str) -> None:
        """Open `emotion_recognizer.onnx`.

        Raises:
            InputError: when the file is missing or is another model.
        """
        self._model = OnnxModel(path)
        inputs = [spec.name for spec in self._model.signature.inputs]
        if inputs != [_FEATURES]:
            raise InputError(f"{path} takes {', '.join(inputs)}, not {_FEATURES}; give emotion_recognizer.onnx")

    def of_features(self, features: NDArray[np.float32]) -> Vector:
        """Return the embeddings [n, 64] of features [n, 128]."""
        return self._model.run({_FEATURES: np.ascontiguousarray(features, dtype=np.float32)})[_EMBEDDING]

    def of_waveform(self, waveform: Waveform) -> Heard:
        """Hear a mono waveform [samples] at `SAMPLE_RATE`.

        Raises:
            InputError: when it is shorter than half a second or silent.
        """
        _refuse_no_music(waveform)
        n_parts = max(1, round(len(waveform) / (PART_S * SAMPLE_RATE)))
        parts = np.array_split(waveform, n_parts)
        embeddings = self.of_features(np.stack([clip_summary(part) for part in parts]))
        weights = np.array([len(part) for part in parts]) / len(waveform)
        return Heard((weights @ embeddings).astype(np.float32))

    def of_file(self, path: Path | str) -> Heard:
        """Hear a recording or a MIDI file.

        Raises:
            InputError: when the file is missing, broken, silent or shorter than half a second.
        """
        try:
            return self.of_waveform(read_clip(path))
        except InputError as error:
            sentence = str(error)
            raise InputError(sentence if str(path) in sentence else f"{path}: {sentence}") from error


def read_clip(path: Path | str) -> Waveform:
    """Return a recording, or a MIDI file as it sounds, as a mono waveform [samples] at `SAMPLE_RATE`.

    Raises:
        InputError: when the file is missing or broken.
    """
    if Path(path).suffix.lower() in MIDI_SUFFIXES:
        return note_sound(NoteTable.of_file(path), SAMPLE_RATE)
    return read_audio(path, SAMPLE_RATE)


def _refuse_no_music(waveform: Waveform) -> None:
    if len(waveform) < SHORTEST_S * SAMPLE_RATE:
        raise InputError(f"{len(waveform) / SAMPLE_RATE:.2f} s of sound are too short; give half a second or more")
    if not np.abs(waveform).max() > 0:
        raise InputError("the recording is silent; there is no emotion to hear")
