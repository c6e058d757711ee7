"""What the nets make of an emotion: notes, the next chord, how loud a bar is played, how drums are struck.

Examples:
    python -m sequence_models.midi_models.predict --valence -0.6 --arousal -0.4
    python -m sequence_models.midi_models.predict --task harmony --chord G:7 --key C:major --count 5
    python -m sequence_models.midi_models.predict --task melody --notes 24 --key A:minor --seed 3 --json tune.json

The weights that ship are taken when no --checkpoint names a run. It needs neither TensorFlow nor Keras to play.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sequence_models.midi_models import run_folder
from sequence_models.midi_models.config import PredictConfig
from sequence_models.midi_models.run_folder import Net
from sequence_models.midi_models.sheet_samples import nearest_shift
from sequence_models.midi_models.tasks import DYNAMICS, GROOVE, HARMONY, MELODY, file_of
from shared.cli import entry_point
from shared.decoding.emotion_models import SequenceTeller
from shared.errors import unknown_choice
from shared.files import write_json
from shared.music.chords import parse
from shared.music.conditions import GENRES
from shared.music.emotion_chords import NO_CHORD_ID, chord_id
from shared.music.emotion_nets import (
    CHORDS,
    DRUMS,
    N_STEPS,
    accents,
    arousal_input,
    harmony_context,
    intensity_input,
    micro_timing,
    point_embedding,
)
from shared.music.emotion_point import EmotionPoint
from shared.music.keys import Key, parse_key
from shared.music.melody_events import NOTHING_YET, place_of
from shared.runtime import OnnxModel

_BEATS, _BACKBEATS, _EIGHTHS = range(0, N_STEPS, 4), (4, 12), range(0, N_STEPS, 2)
_PITCHES = (60, 64, 67, 64)  # of the bar of quarters whose loudness is asked
_TINY = 1e-9

Vector = NDArray[np.float32]


def predict(config: PredictConfig) -> dict[str, Any]:
    """Return what each net says, by the name of its file.

    Raises:
        ConsortError: when there are no nets, or key, chord or genre is unknown.
    """
    folder = run_folder.resolve(config.checkpoint, config.checkpoint_root, shipped_first=True)
    point = EmotionPoint.of(config.valence, config.arousal, config.dominance)
    ask: dict[str, Callable[[OnnxModel, EmotionPoint, PredictConfig], Any]] = {
        MELODY: _notes, HARMONY: _chords, DYNAMICS: _expression, GROOVE: _groove,
    }  # fmt: skip
    found: dict[str, Any] = {}
    for net in run_folder.nets_in(folder, config.task):
        if _is_sequence(net) and not config.notes:
            continue
        model = OnnxModel(run_folder.onnx_path(folder, net))
        answer = _events if _is_sequence(net) else ask[net[0].name]
        found[file_of(*net)] = answer(model, point, config)
    if config.json:
        write_json(config.json, found)
    return found


def _is_sequence(net: Net) -> bool:
    return file_of(*net) != net[0].file


def _answer(model: OnnxModel, vector: Vector) -> Vector:
    (given,), (answer,) = model.signature.inputs, model.signature.outputs
    return model.run({given.name: vector[None]})[answer.name][0]


def _notes(model: OnnxModel, point: EmotionPoint, config: PredictConfig) -> list[dict[str, Any]]:
    key = parse_key(config.key)
    likely = _answer(model, point_embedding(point))
    best = np.argsort(-likely, kind="stable")[: config.count]
    shift = nearest_shift(key.tonic)
    return [
        {"pitch": int(pitch) + shift, "name": _name(int(pitch) + shift, key), "probability": _round(likely[pitch])}
        for pitch in best
    ]


def _chords(model: OnnxModel, point: EmotionPoint, config: PredictConfig) -> list[dict[str, Any]]:
    silent = np.zeros(12, dtype=np.float32)
    key, before = parse_key(config.key), parse(config.chord)
    shares = _answer(model, harmony_context(point_embedding(point), before, silent, silent, key, 0, 1))
    shares = shares / max(float(shares.sum()), _TINY)
    best = np.argsort(-shares, kind="stable")[: config.count]
    return [{"chord": CHORDS[index], "probability": _round(shares[index])} for index in best]


def _expression(model: OnnxModel, point: EmotionPoint, config: PredictConfig) -> list[int]:
    """Return the velocities of a bar of quarters in the middle of a piece, on every sixteenth."""
    vector = intensity_input(point, list(_BEATS), _PITCHES, 1, 4, config.tempo, 0.0)
    return [max(1, round(127 * float(level))) for level in _answer(model, vector)]


def _groove(model: OnnxModel, point: EmotionPoint, config: PredictConfig) -> dict[str, list[float]]:
    """Return velocities and micro-timing of a plain bar: kick on one and three, snare on two and four, eighths."""
    if config.genre not in GENRES:
        raise unknown_choice("genre", config.genre, GENRES)
    hits = np.zeros((len(DRUMS), N_STEPS), dtype=np.float32)
    hits[0, [0, 8]] = hits[1, list(_BACKBEATS)] = hits[2, list(_EIGHTHS)] = 1.0
    groove = _answer(model, arousal_input(point, config.genre, config.tempo, hits))
    steps = list(_EIGHTHS)
    return {
        "steps": [float(step) for step in steps],
        "velocity": [float(max(1, round(127 * float(level)))) for level in accents(groove)[steps]],
        "timing_sixteenths": [_round(late) for late in micro_timing(groove)[steps]],
    }


def _events(model: OnnxModel, point: EmotionPoint, config: PredictConfig) -> list[dict[str, Any]]:
    """Return a melody of `config.notes` events over the one chord."""
    key, rng = parse_key(config.key), np.random.default_rng(config.seed)
    number = chord_id(parse(config.chord))
    chord = NO_CHORD_ID if number is None else number
    teller = SequenceTeller(model, point_embedding(point), key)
    pitch, duration, start, events = NOTHING_YET, 0, 0, []
    for _ in range(config.notes):
        before = (pitch, duration, place_of(start), chord)
        duration = _drawn(teller.next_durations(*before)[0, 1:], rng) + 1  # none lasts 0 sixteenths
        pitch = _drawn(teller.next_pitches(*before, duration)[0], rng)
        events.append({"step": start, "duration": duration, "pitch": pitch, "name": _name(pitch, key)})
        start += duration
    return events


def _drawn(shares: Vector, rng: np.random.Generator) -> int:
    exact = shares.astype(np.float64)
    return int(rng.choice(len(exact), p=exact / exact.sum()))


def _name(pitch: int, key: Key) -> str:
    return f"{key.note_name(pitch % 12)}{pitch // 12 - 1}"


def _round(value: float) -> float:
    return round(float(value), 4)


@entry_point(PredictConfig)
def main(config: PredictConfig) -> None:
    """Predict and print."""
    for name, said in predict(config).items():
        print(f"{name}:")
        if isinstance(said, dict):
            for key, values in said.items():
                print(f"  {key:18s} {' '.join(f'{value:g}' for value in values)}")
        elif said and isinstance(said[0], dict):
            for row in said:
                print("  " + "  ".join(f"{key} {value}" for key, value in row.items()))
        else:
            print(f"  {' '.join(map(str, said))}")
    if config.json:
        print(f"written: {Path(config.json)}")


if __name__ == "__main__":
    sys.exit(main())
