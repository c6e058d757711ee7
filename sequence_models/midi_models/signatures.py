"""Names, axes and meanings of the exported MIDI nets' tensors; the vocabularies name every dimension."""

from __future__ import annotations

from sequence_models.midi_models.config import DENSE, SEQUENCE, ModelConfig
from sequence_models.midi_models.event_tensors import (
    CHORD,
    COMING,
    DURATION,
    DURATIONS,
    EMOTION,
    KEY,
    N_OUT_PITCHES,
    PITCH,
    PITCHES,
    PLACE,
    STATES,
)
from sequence_models.midi_models.tasks import DYNAMICS, GROOVE, HARMONY, MELODY, SEQUENCE_FILE, Task
from shared.export.signature import NEXT_STATE, Signature, TensorSpec
from shared.music.conditions import KEYS
from shared.music.emotion_nets import CHORDS, EMBEDDING
from shared.music.melody_events import LONGEST, N_CHORDS, N_DURATIONS, N_PLACES, NOTHING_YET, REST
from shared.runs import config_snapshot, git_revision, version

_MEANINGS = {
    MELODY: (
        "an emotion: valence, arousal, dominance, intensity (scaled to -1..1), then 60 learned dimensions",
        "probability that a phrase of four bars uses the MIDI pitch, in a piece whose tonic is C",
    ),
    HARMONY: (
        "emotion, chord before, melody under this chord and the next, key, beat and bar; named in the vocabulary",
        "share of each chord; divided by their sum, probabilities",
    ),
    DYNAMICS: (
        "a bar of melody with its emotion and its place; named in the vocabulary",
        "velocity / 127 of a note on each sixteenth, 0..1",
    ),
    GROOVE: (
        "a bar of drums with its emotion, genre and tempo; named in the vocabulary",
        "for each sixteenth its accent (velocity / 127) and its timing (0.5 on the grid, 0 and 1 half a sixteenth off)",
    ),
}


def signature(task: Task, settings: ModelConfig) -> Signature:
    """Return the signature of a net."""
    if settings.architecture == SEQUENCE:
        return _step_signature(settings)
    taken, given = _MEANINGS[task.name]
    return Signature(
        task.file,
        task.purpose,
        (TensorSpec(task.input_name, ("batch", len(task.inputs)), "float32", taken),),
        (TensorSpec(task.output_name, ("batch", len(task.outputs)), "float32", given),),
        {task.input_name: list(task.inputs), task.output_name: list(task.outputs)},
        config_snapshot(settings) | {"architecture": DENSE},
        version(),
        git_revision(),
    )


def categories() -> dict[str, int]:
    """Return for each input of ids how many there are."""
    return {
        PITCH: NOTHING_YET + 1, DURATION: N_DURATIONS, PLACE: N_PLACES, CHORD: N_CHORDS, KEY: len(KEYS),
        COMING: N_DURATIONS,
    }  # fmt: skip


def _step_signature(settings: ModelConfig) -> Signature:
    units, states = settings.recurrent_units, STATES
    inputs = (
        _ids(PITCH, f"what has just sounded: MIDI pitch, {REST} = rest, {NOTHING_YET} = nothing yet"),
        _ids(DURATION, f"its duration, 1 to {LONGEST}; 0 = nothing yet", "sixteenths"),
        _ids(PLACE, "where the coming event begins: 16 * (bar within a phrase of four) + sixteenth within the bar"),
        _ids(CHORD, "the chord there; N = none"),
        _ids(KEY, "the key: 12 * mode + tonic"),
        TensorSpec(EMOTION, ("batch", len(EMBEDDING)), "float32", _MEANINGS[MELODY][0]),
        _ids(COMING, "duration chosen for the coming event; 0 = not known. It reaches `pitches` only", "sixteenths"),
        *(TensorSpec(name, ("batch", units), "float32", "state; zeros at first") for name in states),
    )
    outputs = (
        TensorSpec(DURATIONS, ("batch", N_DURATIONS), "float32", "probability of each duration 0 to 16", "sixteenths"),
        TensorSpec(PITCHES, ("batch", N_OUT_PITCHES), "float32", f"probability of each MIDI pitch; {REST} = a rest"),
        *(TensorSpec(NEXT_STATE + name, ("batch", units), "float32", f"feed back as {name}") for name in states),
    )
    summary = "One event of a melody: how long it lasts, and which pitch it has. The state is carried by the caller."
    vocabularies = {EMOTION: list(EMBEDDING), CHORD: list(CHORDS), KEY: list(KEYS)}
    return Signature(
        SEQUENCE_FILE, summary, inputs, outputs, vocabularies, config_snapshot(settings), version(), git_revision()
    )


def _ids(name: str, meaning: str, unit: str = "") -> TensorSpec:
    return TensorSpec(name, ("batch",), "int32", meaning, unit)
