"""The nets that turn an emotion into music, from their ONNX files.

They are the four of `emotion_nets` that compose, and the sequence melody net beside them where it is there.

Whatever has the methods of `EmotionNets` can play; `OnnxNets` is the shipped files, held to their signatures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.errors import ConsortError, InputError
from shared.export.signature import NEXT_STATE
from shared.music import emotion_nets
from shared.music.emotion_nets import Vector
from shared.music.keys import Key
from shared.music.melody_events import N_PITCHES
from shared.runtime import OnnxModel
from shared.shipped import CHECKPOINTS

EMOTION_FOLDER = CHECKPOINTS / "emotion"
# Method -> file, meanings of its input, meanings of its output.
NETS = {
    "notes": ("melody_transformer", emotion_nets.EMBEDDING, emotion_nets.NOTES),
    "chords": ("harmony_predictor", emotion_nets.CONTEXT, emotion_nets.CHORDS),
    "expression": ("dynamics_engine", emotion_nets.INTENSITY, emotion_nets.EXPRESSION),
    "groove": ("groove_predictor", emotion_nets.AROUSAL, emotion_nets.GROOVE),
}
SEQUENCE_FILE = "melody_sequence_step.onnx"


# One for each melody, or one for all.
Pitches: TypeAlias = NDArray[np.integer] | int


class MelodyTeller(Protocol):
    """What tells the next pitches of melodies of one rhythm; the columns are those of `melody_events`."""

    def next_pitches(self, pitches: Pitches, duration: int, place: int, chord: int, coming: int) -> Vector:
        """Read what has just sounded; return the probability [melodies, 128] of each pitch for what comes.

        Args:
            pitches: [melodies] that have just sounded; `NOTHING_YET` at the start.
            duration: of them in sixteenths; 0 at the start.
            place: where the coming note begins.
            chord: id of the chord there.
            coming: duration of the coming note in sixteenths.
        """
        ...


class EmotionNets(Protocol):
    """The four nets that compose, each on a batch of vectors."""

    def notes(self, embedding: Vector) -> Vector:
        """Return NOTES [batch, 128] of EMBEDDING [batch, 64]."""
        ...

    def chords(self, context: Vector) -> Vector:
        """Return CHORDS [batch, 64] of CONTEXT [batch, 128], each 0..1, not necessarily of sum 1."""
        ...

    def expression(self, intensity: Vector) -> Vector:
        """Return EXPRESSION [batch, 16] of INTENSITY [batch, 32]."""
        ...

    def groove(self, arousal: Vector) -> Vector:
        """Return GROOVE [batch, 32] of AROUSAL [batch, 64]."""
        ...

    def teller(self, embedding: Vector, key: Key, melodies: int) -> MelodyTeller | None:
        """Return what tells melodies of an emotion [64] note by note; None where there is none."""
        ...


class OnnxNets:
    """The nets of a folder, by ONNX Runtime."""

    def __init__(self, folder: Path | str = EMOTION_FOLDER) -> None:
        """Open the four files.

        Raises:
            ConsortError: when a file is missing or is another net.
        """
        sequence = Path(folder) / SEQUENCE_FILE
        self._sequence = OnnxModel(sequence) if sequence.is_file() else None
        self._models = {name: _open(Path(folder), *net) for name, net in NETS.items()}

    def notes(self, embedding: Vector) -> Vector:
        """Return NOTES [batch, 128] of EMBEDDING [batch, 64]."""
        return self._run("notes", embedding)

    def chords(self, context: Vector) -> Vector:
        """Return CHORDS [batch, 64] of CONTEXT [batch, 128]."""
        return self._run("chords", context)

    def expression(self, intensity: Vector) -> Vector:
        """Return EXPRESSION [batch, 16] of INTENSITY [batch, 32]."""
        return self._run("expression", intensity)

    def groove(self, arousal: Vector) -> Vector:
        """Return GROOVE [batch, 32] of AROUSAL [batch, 64]."""
        return self._run("groove", arousal)

    def teller(self, embedding: Vector, key: Key, melodies: int) -> MelodyTeller | None:
        """Return the sequence melody net at the start of melodies; None where it is not there."""
        return None if self._sequence is None else SequenceTeller(self._sequence, embedding, key, melodies)

    def _run(self, name: str, vectors: Vector) -> Vector:
        model = self._models[name]
        signature = model.signature
        found = model.run({signature.inputs[0].name: np.asarray(vectors, dtype=np.float32)})
        return found[signature.outputs[0].name]


class SequenceTeller:
    """The step model of the sequence melody net with the state of melodies of one rhythm."""

    def __init__(self, model: OnnxModel, embedding: Vector, key: Key, melodies: int = 1) -> None:
        """Begin melodies of an emotion [64] in a key."""
        self._model, self._melodies = model, melodies
        self._state = {spec.name: np.zeros(spec.shape(batch=melodies), np.float32) for spec in model.signature.states()}
        embeddings = np.tile(np.asarray(embedding, np.float32), (melodies, 1))
        self._asked = {"embedding": embeddings, "key": np.full(melodies, key.id, np.int32)}

    def next_pitches(self, pitches: Pitches, duration: int, place: int, chord: int, coming: int) -> Vector:
        """Read what has just sounded; return the probability [melodies, 128] of each pitch for what comes."""
        found = self._answer(pitches, duration, place, chord, coming)
        self._state = {name: found[NEXT_STATE + name] for name in self._state}
        return found["pitches"][:, :N_PITCHES]

    def next_durations(self, pitches: Pitches, duration: int, place: int, chord: int) -> Vector:
        """Return the probability [melodies, 17] of each duration for what comes; `next_pitches` then reads it again."""
        return self._answer(pitches, duration, place, chord, 0)["durations"]

    def _answer(self, pitches: Pitches, duration: int, place: int, chord: int, coming: int) -> dict[str, Vector]:
        shared = {"duration": duration, "place": place, "chord": chord, "coming_duration": coming}
        ids = {name: np.full(self._melodies, value, np.int32) for name, value in shared.items()}
        return self._model.run(
            {"pitch": np.full(self._melodies, pitches, np.int32), **ids, **self._asked, **self._state}
        )


def _open(folder: Path, name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> OnnxModel:
    """Open a net and compare its sizes with the table of meanings.

    Raises:
        ConsortError: when it is missing or of another size.
    """
    try:
        model = OnnxModel(folder / f"{name}.onnx")
    except InputError as error:
        raise ConsortError(f"{error}; train it with `make train-emotion`, or name a folder that has it") from error
    sizes = (model.signature.inputs[0].axes[-1], model.signature.outputs[0].axes[-1])
    if sizes != (len(inputs), len(outputs)):
        raise ConsortError(
            f"{folder / name}.onnx maps {sizes[0]} to {sizes[1]} numbers, not {len(inputs)} to {len(outputs)}"
        )
    return model
