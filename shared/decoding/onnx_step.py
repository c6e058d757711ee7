"""The exported step model as a `StepModel`: one chord in, the next chord's probabilities out, by ONNX Runtime."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.decoding.progression import Conditions
from shared.errors import ConsortError
from shared.export.signature import NEXT_STATE, Signature, TensorSpec
from shared.music.chord_tokens import chord_vocabulary
from shared.music.conditions import CONDITIONS
from shared.runtime import OnnxModel
from shared.vocabulary import Vocabulary


class _Buffers:
    """The arrays of one progression: the state stands in one set while the next is written to the other."""

    def __init__(self, model: OnnxModel, batch: int) -> None:
        first, *others = model.signature.inputs
        states = model.signature.states()
        output = model.signature.outputs[0]
        self.tokens = _empty(first, batch)
        self.asked: Conditions | None = None
        asked = {spec.name: _empty(spec, batch) for spec in others if spec not in states}
        self.beside = asked
        self.conditions = {c.name: asked[c.input_name] for c in CONDITIONS if c.input_name in asked}
        self.probabilities = _empty(output, batch)
        sets = [[_empty(spec, batch) for spec in states] for _ in range(2)]
        self.sets = deque(sets)  # the first is what the next step reads
        given = {first.name: self.tokens} | asked
        self.turns = deque(
            model.bind(
                given | {spec.name: array for spec, array in zip(states, old, strict=True)},
                {output.name: self.probabilities}
                | {NEXT_STATE + spec.name: array for spec, array in zip(states, new, strict=True)},
            )
            for old, new in (sets, sets[::-1])
        )

    def know(self, beside: Mapping[str, NDArray[np.integer]]) -> None:
        """Say more of the next token, [batch] by the name of an input; what nobody names stays 0, not known."""
        for name, values in beside.items():
            self.beside[name][:, 0] = values


class OnnxStepModel:
    """A chord generator's step model, held to its signature and to this version's vocabulary.

    A state is used up by the step that takes it: go on with the one that the step returns.
    """

    def __init__(self, path: Path | str) -> None:
        """Open NAME_step.onnx and the signature beside it.

        Raises:
            ConsortError: when the file is no step model, or speaks another vocabulary.
        """
        self.model = OnnxModel(path)
        signature = self.model.signature
        _check_vocabulary(path, signature)
        if not signature.states():
            raise ConsortError(f"{path} is no step model: it gives back no next_ tensor for any of its inputs")

    def initial_state(self, batch: int) -> _Buffers:
        """Return the state before the first chord: zeros."""
        return _Buffers(self.model, batch)

    def step(
        self, token_ids: NDArray[np.integer], conditions: Conditions, state: _Buffers
    ) -> tuple[NDArray[np.float32], _Buffers]:
        """Return the next chord's probabilities [batch, 279] and the new state."""
        state.tokens[:, 0] = token_ids
        if conditions is not state.asked:  # the same for every step of a progression
            for name, array in state.conditions.items():
                array[:, 0] = getattr(conditions, name)
            state.asked = conditions
        state.turns[0]()
        state.turns.rotate()
        state.sets.rotate()
        return state.probabilities.copy(), state

    def select(self, origins: Sequence[tuple[_Buffers, int]]) -> _Buffers:
        """Return a new state whose row i is row `origins[i][1]` of the state `origins[i][0]`, which stays as it is."""
        chosen = _Buffers(self.model, len(origins))
        for index, array in enumerate(chosen.sets[0]):
            for row, (state, origin) in enumerate(origins):
                array[row] = state.sets[0][index][origin]
        return chosen


def _empty(spec: TensorSpec, batch: int) -> NDArray[Any]:
    return np.zeros(spec.shape(batch=batch), dtype=spec.dtype)


def _check_vocabulary(path: Path | str, signature: Signature) -> None:
    tokens = signature.vocabularies.get("chord")
    if not tokens:
        raise ConsortError(f"{path} is no chord generator: its signature has no chord vocabulary")
    difference = Vocabulary(tokens).difference(chord_vocabulary())
    if difference:
        raise ConsortError(f"{path} speaks another vocabulary ({difference}); export it with this version")
