"""The four MIDI nets as a table: what each takes and gives, and how its targets are read.

| task     | file                 | target                                           | loss                       |
|----------|----------------------|--------------------------------------------------|----------------------------|
| melody   | `melody_transformer` | 1 for each pitch that a phrase of four bars uses | binary cross-entropy       |
| harmony  | `harmony_predictor`  | 1 for the chord that sounds                      | cross-entropy of shares    |
| dynamics | `dynamics_engine`    | velocity / 127 of the steps that have a note     | binary, others are unknown |
| groove   | `groove_predictor`   | accent and timing of the steps that have a hit   | binary, others are unknown |

The meaning of every dimension is that of `shared.music.emotion_nets`. An unknown target is `UNKNOWN`: it is neither
learnt nor scored. The melody's `model=sequence` is a net of its own, `melody_sequence_step`: `melody_net.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sequence_models.midi_models.config import ALL, SEQUENCE, TASKS
from shared.music import emotion_nets

UNKNOWN = -1.0
MELODY, HARMONY, DYNAMICS, GROOVE = TASKS


@dataclass(frozen=True)
class Task:
    """A net of the table."""

    name: str
    file: str
    title: str
    input_name: str
    output_name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    purpose: str


TASK_TABLE = {
    MELODY: Task(
        MELODY, "melody_transformer", "MelodyTransformer", "embedding", "notes",
        emotion_nets.EMBEDDING, emotion_nets.NOTES,
        "How likely a phrase of four bars of an emotion uses each MIDI pitch, in a piece whose tonic is C.",
    ),
    HARMONY: Task(
        HARMONY, "harmony_predictor", "HarmonyPredictor", "context", "chords",
        emotion_nets.CONTEXT, emotion_nets.CHORDS,
        "The chord under a stretch of melody, given the one before, the key, the place and the emotion. Scaled to a "
        "sum of one, the outputs are probabilities.",
    ),
    DYNAMICS: Task(
        DYNAMICS, "dynamics_engine", "DynamicsEngine", "intensity", "expression",
        emotion_nets.INTENSITY, emotion_nets.EXPRESSION,
        "How loud a note is on each sixteenth of a bar, given the bar's melody, its place and the emotion.",
    ),
    GROOVE: Task(
        GROOVE, "groove_predictor", "GroovePredictor", "arousal", "groove",
        emotion_nets.AROUSAL, emotion_nets.GROOVE,
        "How hard and how far off the grid a drummer strikes each sixteenth of a bar, given what is struck.",
    ),
}  # fmt: skip

SEQUENCE_FILE = "melody_sequence_step"


def tasks_of(name: str) -> Sequence[Task]:
    """Return the task of a name, or all of them."""
    return list(TASK_TABLE.values()) if name == ALL else [TASK_TABLE[name]]


def file_of(task: Task, architecture: str) -> str:
    """Return the stem of a task's files."""
    return SEQUENCE_FILE if architecture == SEQUENCE else task.file
