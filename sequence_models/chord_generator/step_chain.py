"""Is the step model, chord by chord, the full model? Its state has to carry all that the full model sees."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sequence_models.chord_generator.places import N_PLACES
from sequence_models.chord_generator.tensor_names import OUTPUT, PLACE_INPUT, TOKENS_INPUT
from shared.decoding.onnx_step import OnnxStepModel
from shared.decoding.progression import Conditions
from shared.export.verify import BATCHES, Parity, judged
from shared.music.chord_tokens import N_SPECIAL, N_TOKENS, START_ID
from shared.music.conditions import CONDITIONS
from shared.runtime import OnnxModel

_DIFFERENT = 9  # few chords, so that the songs repeat themselves


def verify_chain(window: Path, step: Path, lengths: tuple[int, ...] = (), seed: int = 0) -> Parity:
    """Feed the same songs to both exported models: batches 1, 3 and 8, each with every length.

    The lengths go up to what the step model remembers, unless others are given.

    Raises:
        ExportError: when a probability differs by more than 1e-5 or an argmax differs.
    """
    full, one = OnnxModel(window), OnnxStepModel(step)
    rng = np.random.default_rng(seed)
    differences, agreements = [], []
    for batch in BATCHES:
        for length in lengths or _lengths(full, one):
            tokens, asked, places = _songs(batch, length, rng)
            given = {PLACE_INPUT: places} if PLACE_INPUT in {spec.name for spec in full.signature.inputs} else {}
            names = {condition.input_name: asked[:, [i]] for i, condition in enumerate(CONDITIONS)}
            wanted = full.run({TOKENS_INPUT: tokens, **names, **given})[OUTPUT]
            found = step_by_step(one, tokens, Conditions(*asked.T), given)
            differences.append(float(np.abs(found - wanted).max()))
            agreements.append(float((found.argmax(-1) == wanted.argmax(-1)).mean()))
    return judged(f"{step.name}, chord by chord, is not {window.name}", differences, agreements)


def step_by_step(
    model: OnnxStepModel,
    tokens: NDArray[np.integer],
    conditions: Conditions,
    beside: Mapping[str, NDArray[np.integer]] | None = None,
) -> NDArray[np.float32]:
    """Return what a step model gives after each token [songs, length]: [songs, length, vocabulary].

    `beside` holds what else is known of each token, [songs, length] by the name of the input.
    """
    state = model.initial_state(len(tokens))
    answers = []
    for index, column in enumerate(tokens.T):
        if beside:
            state.know({name: values[:, index] for name, values in beside.items()})
        probabilities, state = model.step(column, conditions, state)
        answers.append(probabilities)
    return np.stack(answers, axis=1)


def _lengths(full: OnnxModel, one: OnnxStepModel) -> tuple[int, ...]:
    length = full.signature.inputs[0].axes[1]
    if isinstance(length, int):
        return (length,)
    memory = int(one.model.signature.settings["memory"])
    return (5, memory // 4, memory)


def _songs(
    batch: int, length: int, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Draw songs [batch, length] that begin with START, what is asked of them [batch, 4], and places."""
    chords = rng.integers(N_SPECIAL, N_TOKENS, _DIFFERENT)
    tokens = rng.choice(chords, (batch, length)).astype(np.int32)
    tokens[:, 0] = START_ID
    asked = [rng.integers(0, len(condition.values) + 1, batch) for condition in CONDITIONS]
    places = rng.choice(rng.integers(0, N_PLACES, _DIFFERENT), (batch, length))
    return tokens, np.stack(asked, axis=1).astype(np.int32), places.astype(np.int32)
