"""The int8 variant of the step model, and how far its answers are from the float32 ones on real songs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator import run_folder
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.progression import Conditions
from shared.export.quantize import quantize
from shared.music.chord_tokens import PAD_ID, START_ID
from shared.music.conditions import CONDITIONS

_SONGS, _CHORDS = 64, 48


@dataclass(frozen=True)
class Agreement:
    """Two step models on the same songs."""

    positions: int
    argmax_agreement: float
    perplexity_ratio: float


def export_int8(folder: Path, output: Path) -> dict[str, float]:
    """Write the int8 step model beside the float32 one and return their agreement on the validation songs."""
    step = output / run_folder.STEP_MODEL
    small = quantize(step, output / run_folder.INT8_MODEL)
    songs, _ = run_folder.read_songs(folder / run_folder.SONGS_FILE, "validation")
    return asdict(agreement(OnnxStepModel(step), OnnxStepModel(small), songs))


def agreement(exact: OnnxStepModel, small: OnnxStepModel, songs: list[NDArray[np.int32]]) -> Agreement:
    """Feed the same songs to both; conditions are left open, so that the chords alone decide."""
    tokens = np.full((min(len(songs), _SONGS), _CHORDS + 1), PAD_ID, dtype=np.int64)
    tokens[:, 0] = START_ID
    for row, song in zip(tokens, songs, strict=False):
        chords = song[:_CHORDS]
        row[1 : 1 + len(chords)] = chords
    wanted, found = (_probabilities(model, tokens[:, :-1]) for model in (exact, small))
    targets = tokens[:, 1:]
    scored = targets != PAD_ID
    logs = [np.log(np.take_along_axis(table, targets[..., None], -1)[..., 0][scored]) for table in (wanted, found)]
    same = (wanted.argmax(-1) == found.argmax(-1))[scored]
    return Agreement(int(scored.sum()), float(same.mean()), float(np.exp(np.mean(logs[0]) - np.mean(logs[1]))))


def _probabilities(model: OnnxStepModel, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what a step model gives after each token, [songs, length, vocabulary]."""
    names = {condition.name: condition.unspecified for condition in CONDITIONS}
    conditions = Conditions.repeated(len(tokens), **names)
    state = model.initial_state(len(tokens))
    answers = []
    for column in tokens.T:
        probabilities, state = model.step(column, conditions, state)
        answers.append(probabilities)
    return np.maximum(np.stack(answers, axis=1).astype(np.float64), 1e-12)
