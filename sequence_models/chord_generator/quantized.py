"""The int8 variant of the step model, and how far its answers are from the float32 ones on real songs."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator import run_folder
from sequence_models.chord_generator.step_chain import step_by_step
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.progression import Conditions
from shared.export.quantize import quantize
from shared.music.chord_tokens import PAD_ID, START_ID
from shared.music.conditions import CONDITIONS

AGREEMENT_FLOOR = 0.995  # share of the chords: below, an int8 model is not one to ship
_SONGS, _CHORDS = 256, 256
_BATCH = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agreement:
    """Two step models on the same songs."""

    positions: int
    argmax_agreement: float
    perplexity_ratio: float


def export_int8(folder: Path, output: Path) -> dict[str, float]:
    """Write the int8 step model beside the float32 one; return their agreement on the validation songs.

    `size_ratio` is the int8 file's share of the float32 file's bytes. An agreement under the floor is logged as a
    warning and no error: what a model is worth is for its benchmark to say.
    """
    step = output / run_folder.STEP_MODEL
    small = quantize(step, output / run_folder.INT8_MODEL)
    songs, _ = run_folder.read_songs(folder / run_folder.SONGS_FILE, "validation")
    found = agreement(OnnxStepModel(step), OnnxStepModel(small), songs)
    if found.argmax_agreement < AGREEMENT_FLOOR:
        _log.warning(
            "%s chooses as the float32 model in %.2f %% of the chords, less than %.1f %%: ship the float32 model",
            small, 100 * found.argmax_agreement, 100 * AGREEMENT_FLOOR,
        )  # fmt: skip
    return {**asdict(found), "size_ratio": small.stat().st_size / step.stat().st_size}


def agreement(exact: OnnxStepModel, small: OnnxStepModel, songs: list[NDArray[np.int32]]) -> Agreement:
    """Feed the same songs to both, chord by chord: 256 songs, spread over all, and 256 chords of each at most.

    Conditions are left open, so that the chords alone decide.
    """
    chosen = [songs[i][:_CHORDS] for i in np.unique(np.linspace(0, len(songs) - 1, _SONGS).astype(int))]
    chosen.sort(key=len)  # songs of like length go together, with little padding
    batches = [_padded(chosen[start : start + _BATCH]) for start in range(0, len(chosen), _BATCH)]
    found = np.concatenate([_compare(exact, small, tokens) for tokens in batches])
    same, wanted, given = found.T
    return Agreement(len(found), float(same.mean()), float(np.exp(wanted.mean() - given.mean())))


def _padded(songs: list[NDArray[np.int32]]) -> NDArray[np.int64]:
    """Return [songs, longest + 1]: START, the chords, padding."""
    tokens = np.full((len(songs), max(map(len, songs)) + 1), PAD_ID, dtype=np.int64)
    tokens[:, 0] = START_ID
    for row, song in zip(tokens, songs, strict=True):
        row[1 : 1 + len(song)] = song
    return tokens


def _compare(exact: OnnxStepModel, small: OnnxStepModel, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return [chords, 3]: do both choose alike, and the log probability that each gives to what comes."""
    names = {condition.name: condition.unspecified for condition in CONDITIONS}
    asked = Conditions.repeated(len(tokens), **names)
    answers = (step_by_step(model, tokens[:, :-1], asked) for model in (exact, small))
    wanted, found = (np.maximum(answer.astype(np.float64), 1e-12) for answer in answers)
    targets = tokens[:, 1:]
    logs = [np.log(np.take_along_axis(table, targets[..., None], -1)[..., 0]) for table in (wanted, found)]
    same = wanted.argmax(-1) == found.argmax(-1)
    return np.stack([same, *logs], axis=-1)[targets != PAD_ID]
